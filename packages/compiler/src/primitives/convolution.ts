import { expectDType, floats, shapeError } from '../expectations.ts';
import { placeConvolution } from '../fusion/convolution.ts';
import type { Primitive, Spec } from '../primitive.ts';
import { slice } from './slice.ts';
import { convolve } from './spread-convolution.ts';

/** One entry per spatial dimension. */
export interface ConvolutionAttributes {
  readonly stride: readonly number[];
  /** Zeros before and after the input; negative numbers crop it. */
  readonly before: readonly number[];
  readonly after: readonly number[];
  /** Distance of neighbours once zeros are put between them: 1 puts none. More than 1 makes a transposed convolution. */
  readonly inputDilation: readonly number[];
  readonly kernelDilation: readonly number[];
  readonly groups: number;
}

/**
 * `out[n, o, s] = Σ_{c, k} w[o, c, k] · x[n, c, s · stride + k · dilation - before]` over any number of spatial dimensions:
 * `[N, C, …S], [O, C / groups, …K] → [N, O, …]`. It slides without turning the kernel round, as deep learning's convolution does.
 *
 * Both gradients are convolutions again, so the set is closed under differentiation (Dumoulin and Visin, "A guide to
 * convolution arithmetic for deep learning", 2016).
 */
export const convolution: Primitive<ConvolutionAttributes> = {
  name: 'convolution',
  infer([x, w], attributes) {
    const [input, kernel] = [x as Spec, w as Spec];
    expectDType('convolution', input, floats);
    expectDType('convolution', kernel, [input.dtype]);
    const [p, q, { groups }] = [input.shape, kernel.shape, attributes];
    const spatial = p.length - 2;
    const fits =
      spatial >= 1 &&
      q.length === p.length &&
      p[1] === (q[1] as number) * groups &&
      (q[0] as number) % groups === 0 &&
      Object.values(attributes).every((list) => typeof list === 'number' || list.length === spatial);
    if (!fits) {
      throw shapeError('convolution', [p, q], `[N, C, …] and [O, C / groups, …] with ${groups} groups`);
    }
    const extents = p.slice(2).map((extent, d) => {
      const room =
        inflated(extent, at(attributes.inputDilation, d)) + at(attributes.before, d) + at(attributes.after, d);
      const width = (at(q, d + 2) - 1) * at(attributes.kernelDilation, d) + 1;
      return Math.max(0, Math.floor((room - width) / at(attributes.stride, d)) + 1);
    });
    return { shape: [p[0] as number, q[0] as number, ...extents], dtype: input.dtype };
  },
  lowering: { kind: 'convolution', place: placeConvolution },
  saves: [0, 1],
  smooth: true,
  gradient({ inputs, gradient, ops, attributes }, input) {
    const [x, w] = [inputs[0] as typeof gradient, inputs[1] as typeof gradient];
    const { groups, stride, before, inputDilation, kernelDilation } = attributes;
    const [batch, channels, ...extents] = x.shape as [number, number, ...number[]];
    const [features, depth, ...widths] = w.shape as [number, number, ...number[]];
    const outputs = gradient.shape.slice(2);
    const wanted = input === 0 ? x : w;
    if (outputs.includes(0) || batch === 0) return ops.full(wanted.shape, 0, wanted.dtype);
    const spread = outputs.map((extent, d) => inflated(extent, at(stride, d)));
    const grown = extents.map((extent, d) => inflated(extent, at(inputDilation, d)));
    const reach = widths.map((width, d) => (width - 1) * at(kernelDilation, d));
    const last = (from: number) => widths.map((_, d) => from + d);
    if (input === 0) {
      // The kernel turned round, its inputs and outputs exchanged, slides over the cotangent spread by the stride.
      const split = ops.reshape(w, [groups, features / groups, depth, ...widths]);
      const exchanged = ops.reshape(ops.permute(split, [0, 2, 1, ...last(3)]), [
        channels,
        features / groups,
        ...widths,
      ]);
      const lead = [0, 0];
      const turned = ops.apply(slice, [exchanged], {
        starts: [...lead, ...widths.map((width) => width - 1)],
        steps: [1, 1, ...widths.map(() => -1)],
        shape: exchanged.shape,
      });
      const first = reach.map((length, d) => length - at(before, d));
      return convolve(ops, gradient, turned, {
        stride: inputDilation,
        before: first,
        after: reach.map((length, d) => at(grown, d) + length - at(spread, d) - at(first, d)),
        inputDilation: stride,
        kernelDilation,
        groups,
      });
    }
    // The cotangent, spread by the stride, is the kernel that slides over the input; batch and channels exchange roles.
    const split = ops.reshape(x, [batch, groups, depth, ...extents]);
    const images = ops.reshape(ops.permute(split, [2, 1, 0, ...last(3)]), [depth, groups * batch, ...extents]);
    const found = ops.apply(convolution, [images, ops.permute(gradient, [1, 0, ...last(2)])], {
      stride: kernelDilation,
      before,
      after: reach.map((length, d) => length + at(spread, d) - at(grown, d) - at(before, d)),
      inputDilation,
      kernelDilation: stride,
      groups,
    });
    return ops.permute(found, [1, 0, ...last(2)]);
  },
};

/** The extent once `dilation - 1` zeros are put between neighbours. */
export function inflated(extent: number, dilation: number): number {
  return extent === 0 ? 0 : (extent - 1) * dilation + 1;
}

function at(list: readonly number[], d: number): number {
  return list[d] as number;
}
