import type { DType, Shape } from '@evenkeel/backend';
import type { AttributesOf } from '@evenkeel/compiler';
import { accumulated } from '../host/accuracy.ts';
import { between, type Draw } from '../host/draw.ts';
import { elementAt, type HostTensor, linear, positionsOf } from '../host/host-tensor.ts';
import type { Layout } from '../host/layout.ts';
import { drawCase, type OperationCases } from './operation-cases.ts';
import { anyOf, floats, numbers } from './pointwise.ts';

type Fold = AttributesOf<'foldWindows'>;

const folds: readonly (readonly [shape: Shape, attributes: Fold, layout?: Layout])[] = [
  [[1, 1], { dim: 0, extent: 1, step: 1, dilation: 1 }],
  [[0, 4, 3], { dim: 1, extent: 9, step: 2, dilation: 1 }],
  [[5, 3], { dim: 0, extent: 7, step: 1, dilation: 1 }],
  // Gaps between windows, and room behind the last one.
  [[16, 3], { dim: 0, extent: 70, step: 4, dilation: 1 }],
  [[20, 5], { dim: 0, extent: 66, step: 3, dilation: 2 }],
  [[13, 5], { dim: 0, extent: 40, step: 2, dilation: 3 }],
  [[3, 2, 5, 4], { dim: 1, extent: 20, step: 7, dilation: 4 }],
  [[2, 3, 65, 2], { dim: 1, extent: 9, step: 3, dilation: 2 }],
  [[4, 3], { dim: 0, extent: 6, step: 1, dilation: 1 }, 'transposed'],
  [[4, 3], { dim: 0, extent: 6, step: 1, dilation: 1 }, 'stepped'],
  [[4, 3], { dim: 0, extent: 6, step: 1, dilation: 1 }, 'reversed'],
  [[4, 3], { dim: 0, extent: 9, step: 2, dilation: 1 }, 'offset'],
  [[4, 3], { dim: 0, extent: 9, step: 2, dilation: 1 }, 'expandedLast'],
  [[4, 3], { dim: 0, extent: 9, step: 2, dilation: 1 }, 'uniform'],
];

const foldCases = (dtype: DType, draw: Draw) =>
  folds.map(([shape, attributes, layout]) => drawCase([{ shape, dtype, draw, ...(layout && { layout }) }], attributes));

export const foldWindows: OperationCases<Fold> = {
  dtypes: numbers,
  accuracy: accumulated(16),
  reference([x], { dim, step, dilation }, output) {
    const windows = x as HostTensor;
    const result = new Array<number>(positionsOf(output.shape).length).fill(0);
    for (const position of positionsOf(windows.shape)) {
      const place = position.at(-1) as number;
      const target = position.slice(0, -1).map((p, d) => (d === dim ? p * step + place * dilation : p));
      result[linear(output.shape, target)] =
        (result[linear(output.shape, target)] as number) + elementAt(windows, position);
    }
    return result;
  },
  forward: (dtype) => foldCases(dtype, anyOf(dtype)),
  backward: () => foldCases('float32', between(-2, 2)),
};

type Convolution = AttributesOf<'convolution'>;

interface Convolving {
  readonly input: Shape;
  readonly kernel: Shape;
  readonly attributes?: Partial<Convolution>;
  readonly layouts?: readonly [Layout, Layout];
}

const convolutions: readonly Convolving[] = [
  { input: [1, 1, 1], kernel: [1, 1, 1] },
  { input: [0, 2, 5], kernel: [3, 2, 3] },
  { input: [2, 3, 9], kernel: [4, 3, 3] },
  { input: [2, 3, 70], kernel: [5, 3, 4], attributes: { stride: [3], before: [2], after: [1] } },
  { input: [2, 4, 9], kernel: [6, 2, 3], attributes: { groups: 2, before: [1], after: [1] } },
  { input: [3, 5, 7], kernel: [5, 1, 3], attributes: { groups: 5 } },
  { input: [2, 3, 9], kernel: [4, 3, 3], attributes: { kernelDilation: [3], before: [3], after: [3] } },
  { input: [2, 3, 5], kernel: [4, 3, 3], attributes: { inputDilation: [3], before: [2], after: [4] } },
  { input: [2, 3, 9], kernel: [4, 3, 3], attributes: { before: [-1], after: [-2] } },
  { input: [2, 3, 5, 6], kernel: [4, 3, 3, 2], attributes: { before: [1, 0], after: [1, 1] } },
  { input: [2, 3, 12, 13], kernel: [8, 3, 3, 3], attributes: { before: [1, 1], after: [1, 1] } },
  { input: [1, 4, 7, 8], kernel: [6, 2, 2, 3], attributes: { groups: 2, stride: [2, 1], kernelDilation: [1, 2] } },
  {
    input: [2, 2, 4, 5],
    kernel: [3, 2, 3, 3],
    attributes: { inputDilation: [2, 2], before: [2, 1], after: [3, 1], stride: [1, 3] },
  },
  { input: [2, 2, 3, 4, 5], kernel: [3, 2, 2, 2, 3], attributes: { before: [1, 0, 1], after: [0, 0, 1] } },
  { input: [2, 3, 9], kernel: [4, 3, 3], layouts: ['transposed', 'contiguous'] },
  { input: [2, 3, 9], kernel: [4, 3, 3], layouts: ['contiguous', 'transposed'] },
  { input: [2, 3, 9], kernel: [4, 3, 3], layouts: ['stepped', 'reversed'] },
  { input: [2, 3, 9], kernel: [4, 3, 3], layouts: ['reversed', 'offset'] },
  { input: [3, 2, 6, 5], kernel: [4, 2, 3, 2], layouts: ['expandedFirst', 'stepped'] },
  { input: [2, 3, 9], kernel: [4, 3, 3], layouts: ['uniform', 'contiguous'] },
];

const convolutionCases = (dtype: DType, draw: Draw) =>
  convolutions.map(({ input, kernel, attributes, layouts: [first, second] = ['contiguous', 'contiguous'] }) => {
    const each = (value: number) => input.slice(2).map(() => value);
    return drawCase<Convolution>(
      [
        { shape: input, dtype, draw, layout: first },
        { shape: kernel, dtype, draw, layout: second },
      ],
      {
        stride: each(1),
        before: each(0),
        after: each(0),
        inputDilation: each(1),
        kernelDilation: each(1),
        groups: 1,
        ...attributes,
      },
    );
  });

export const convolution: OperationCases<Convolution> = {
  dtypes: floats,
  accuracy: accumulated(32),
  reference([x, w], { stride, before, inputDilation, kernelDilation, groups }, output) {
    const [input, kernel] = [x as HostTensor, w as HostTensor];
    const [depth, ...widths] = kernel.shape.slice(1) as [number, ...number[]];
    const perGroup = (kernel.shape[0] as number) / groups;
    const taps = positionsOf([depth, ...widths]);
    return positionsOf(output.shape).map(([image, feature, ...place]) => {
      const group = Math.floor((feature as number) / perGroup);
      let sum = 0;
      for (const [channel, ...tap] of taps) {
        const spread = place.map(
          (p, d) =>
            p * (stride[d] as number) + (tap[d] as number) * (kernelDilation[d] as number) - (before[d] as number),
        );
        const source = spread.map((p, d) => p / (inputDilation[d] as number));
        const isInside = source.every((p, d) => Number.isInteger(p) && p >= 0 && p < (input.shape[d + 2] as number));
        if (!isInside) continue;
        const from = elementAt(input, [image as number, group * depth + (channel as number), ...source]);
        sum += from * elementAt(kernel, [feature as number, channel as number, ...tap]);
      }
      return sum;
    });
  },
  forward: (dtype) => convolutionCases(dtype, anyOf(dtype)),
  backward: () => convolutionCases('float32', between(-2, 2)),
};
