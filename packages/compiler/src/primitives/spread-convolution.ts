import type { Operations } from '../operations.ts';
import type { Spec } from '../primitive.ts';
import { type ConvolutionAttributes, convolution } from './convolution.ts';
import { pad } from './pad.ts';
import { slice } from './slice.ts';

/** What one spatial dimension is without the zeros between inputs. */
interface Phases {
  /** From one input to the next. */
  readonly step: number;
  /** Places between two inputs that a tap reaches; all `step` of them, if the kernel is wide enough. */
  readonly count: number;
  /** Taps for each of them. */
  readonly taps: number;
  /** Steps between inputs that the output covers, in part or as a whole. */
  readonly steps: number;
  /** Places before the first output in the first of these. */
  readonly skipped: number;
  readonly outputs: number;
  readonly before: number;
  readonly after: number;
}

/**
 * The convolution of `x` by `w`. With zeros between the inputs most products would be with zeros. Each place between two inputs meets only
 * every `inputDilation`-th tap, so these taps become kernels of their own, with as many features: one convolution without zeros, whose
 * features are then put side by side (Shi et al., "Is the deconvolution layer the same as a convolutional layer?", 2016). Where
 * taps do not divide evenly, some of a kernel's are 0.
 */
export function convolve<T extends Spec>(ops: Operations<T>, x: T, w: T, attributes: ConvolutionAttributes): T {
  const { inputDilation, stride, kernelDilation } = attributes;
  const isSpread = inputDilation.some((step) => step > 1);
  const isPlain = inputDilation.every((step, d) => step === 1 || (stride[d] === 1 && kernelDilation[d] === 1));
  const shape = isSpread && isPlain ? convolution.infer([x, w], attributes).shape : [];
  if (shape.length === 0 || [...shape, ...x.shape].includes(0)) return ops.apply(convolution, [x, w], attributes);
  const [images, features, ...outputs] = shape as [number, number, ...number[]];
  const phases = outputs.map((extent, d) =>
    phasesOf(attributes, d, x.shape[d + 2] as number, w.shape[d + 2] as number, extent),
  );
  const found = ops.apply(convolution, [x, kernelsOf(ops, w, phases)], {
    ...attributes,
    before: phases.map(({ before }) => before),
    after: phases.map(({ after }) => after),
    inputDilation: inputDilation.map(() => 1),
  });
  return sideBySide(ops, found, phases, images, features);
}

function phasesOf(
  { inputDilation, before, after }: ConvolutionAttributes,
  d: number,
  extent: number,
  width: number,
  outputs: number,
): Phases {
  const step = inputDilation[d] as number;
  const own = before[d] as number;
  if (step === 1) {
    return { step, count: 1, taps: width, steps: outputs, skipped: 0, outputs, before: own, after: after[d] as number };
  }
  const count = Math.min(width, step);
  const taps = Math.ceil(width / count);
  // So that the last place of a step is the one where tap 0 meets an input.
  const skipped = step - 1 - (((own % step) + step) % step);
  const steps = Math.ceil((outputs + skipped) / step);
  const first = (own + skipped + 1) / step - 1;
  return { step, count, taps, steps, skipped, outputs, before: first, after: steps - 1 + taps - extent - first };
}

/** `[O, C / groups, …K]` to `[O · phases, C / groups, …taps]`, the phases of a feature one after another. */
function kernelsOf<T extends Spec>(ops: Operations<T>, w: T, phases: readonly Phases[]): T {
  const [features, depth, ...widths] = w.shape as [number, number, ...number[]];
  const none = [0, 0];
  const missing = phases.map(({ count, taps }, d) => count * taps - (widths[d] as number));
  const filled = padded(ops, w, none.concat(missing), 'after');
  const split = ops.reshape(filled, [features, depth, ...phases.flatMap(({ count, taps }) => [taps, count])]);
  const turned = ops.apply(slice, [split], {
    starts: [...none, ...phases.flatMap(({ count }) => [0, count - 1])],
    steps: [1, 1, ...phases.flatMap(() => [1, -1])],
    shape: split.shape,
  });
  const places = phases.map((_, d) => 3 + 2 * d);
  const ordered = ops.permute(turned, [0, ...places, 1, ...places.map((place) => place - 1)]);
  return ops.reshape(ordered, [
    phases.reduce((product, { count }) => product * count, features),
    depth,
    ...phases.map(({ taps }) => taps),
  ]);
}

/** `[N, O · phases, …steps]` to `[N, O, …outputs]`. */
function sideBySide<T extends Spec>(
  ops: Operations<T>,
  found: T,
  phases: readonly Phases[],
  images: number,
  features: number,
): T {
  const split = ops.reshape(found, [
    images,
    features,
    ...phases.map(({ count }) => count),
    ...phases.map(({ steps }) => steps),
  ]);
  const ordered = ops.permute(split, [0, 1, ...phases.flatMap((_, d) => [2 + phases.length + d, 2 + d])]);
  const none = [0, 0];
  // Places that no tap reaches come first.
  const missing = phases.flatMap(({ count, step }) => [0, step - count]);
  const filled = padded(ops, ordered, none.concat(missing), 'before');
  const whole = ops.reshape(filled, [images, features, ...phases.map(({ steps, step }) => steps * step)]);
  if (phases.every(({ steps, step, outputs }) => steps * step === outputs)) return whole;
  return ops.apply(slice, [whole], {
    starts: [...none, ...phases.map(({ skipped }) => skipped)],
    steps: whole.shape.map(() => 1),
    shape: [images, features, ...phases.map(({ outputs }) => outputs)],
  });
}

function padded<T extends Spec>(ops: Operations<T>, x: T, counts: readonly number[], side: 'before' | 'after'): T {
  const none = counts.map(() => 0);
  if (!counts.some((count) => count > 0)) return x;
  return ops.apply(pad, [x], { before: none, after: none, interior: none, [side]: counts });
}
