/** Tensors that remember how they were computed, on a backend chosen from outside. */
export type { Backend, DType, HostArray, Shape } from '@evenkeel/backend';
export { type AutocastOptions, autocast } from './autograd/autocast.ts';
export type { BackwardOptions } from './autograd/backward.ts';
export { checkpoint } from './autograd/checkpoint.ts';
export { type CustomBackward, customGradient } from './autograd/custom-gradient.ts';
export { type GradientsOptions, grad, gradients, valueAndGrad } from './autograd/gradients.ts';
export { isAutocastEnabled, isGradEnabled } from './autograd/mode.ts';
export { autocasted, convolution } from './autograd/operations.ts';
export {
  arange,
  eye,
  type FromDataOptions,
  full,
  fullLike,
  getDefaultDtype,
  linspace,
  ones,
  onesLike,
  setDefaultDtype,
  type TensorData,
  type TensorOptions,
  tensor,
  zeros,
  zerosLike,
} from './creation.ts';
export { apply } from './engine/apply-by-name.ts';
export { currentBackend, type MemoryUse, memory, useBackend } from './engine/device.ts';
export { closeIteration, closeStep } from './engine/lifetime.ts';
export type { Nested } from './engine/read.ts';
export { enableGrad, keep, noGrad, scope } from './engine/scope.ts';
export { snapshotTensors, type TensorSnapshot } from './engine/tensor-snapshot.ts';
export * from './ops/arithmetic.ts';
export * from './ops/attention.ts';
export * from './ops/bitwise.ts';
export { broadcastShapes, broadcastTo, inFloat32, promoteTypes } from './ops/broadcast.ts';
export * from './ops/closeness.ts';
export * from './ops/comparison.ts';
export {
  type AddmmOptions,
  addmm,
  bmm,
  dot,
  matmul,
  mm,
  mv,
  outer,
} from './ops/contraction.ts';
export * from './ops/diagonals.ts';
export type { Dims } from './ops/dims.ts';
export * from './ops/einsum.ts';
export * from './ops/elementary.ts';
export * from './ops/error-functions.ts';
export * from './ops/extremes.ts';
export * from './ops/frequencies.ts';
export * from './ops/gamma.ts';
export * from './ops/grids.ts';
export * from './ops/index-writing.ts';
export * from './ops/indexing.ts';
export * from './ops/joining.ts';
export * from './ops/padding.ts';
export * from './ops/pairwise.ts';
export * from './ops/pointwise.ts';
export * from './ops/products.ts';

import './ops/reading.ts';

export { philox4x32 } from '@evenkeel/backend';
export * from './ops/rearranging.ts';
export * from './ops/reduction.ts';
export * from './ops/scans.ts';
export * from './ops/selection.ts';
export * from './ops/shape.ts';
export * from './ops/slicing.ts';
export * from './ops/sorting.ts';
export * from './ops/stacking.ts';
export * from './ops/statistics.ts';
export * from './ops/synonyms.ts';
export * from './ops/windows.ts';
export { Parameter } from './parameter.ts';
export * from './random/draw.ts';
export { defaultGenerator, Generator, type GeneratorState, manualSeed } from './random/generator.ts';
export { hostRandom } from './random/host-random.ts';
export * from './random/sampling.ts';
export { type CompileCounters, type Compiled, compile } from './recording/compile.ts';
export { hostEffect, hostGuard, liveNumber, persistent } from './recording/host.ts';
export { type RecurrenceInputs, type RecurrenceStep, recurrence } from './recording/recurrence.ts';
export { Tensor, type TensorLike } from './tensor.ts';
