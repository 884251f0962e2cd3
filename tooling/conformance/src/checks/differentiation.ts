/** What the checks of gradients share: a case as leaves, a cotangent, and the gradients that come back. */
import { isFloat } from '@evenkeel/backend';
import { type OperationName, type Primitive, primitives } from '@evenkeel/compiler';
import { apply, gradients, type Tensor, tensor } from '@evenkeel/tensor';
import type { Case, CaseInput } from '../cases/operation-cases.ts';
import { between, stream } from '../host/draw.ts';
import { type HostTensor, store } from '../host/host-tensor.ts';
import { layOut } from '../host/layout.ts';

/** Numbers as the host reads them. */
export type Numbers = ArrayLike<number>;

/** The inputs with respect to which a case is differentiated: those that are floats with memory. */
export function differentiable({ inputs }: Case<object>): number[] {
  return inputs.flatMap((input, i) => (isFloat(input.dtype) && input.layout !== 'uniform' ? [i] : []));
}

/** The same case in float64 and in plain memory, so that no view of the library's stands behind what is expected. */
export function inFloat64<Attributes extends object>(one: Case<Attributes>): Case<Attributes> {
  const wide = <Part extends object>(part: Part): Part =>
    'dtype' in part && part.dtype === 'float32' ? { ...part, dtype: 'float64' } : part;
  return {
    ...one,
    inputs: one.inputs.map((input) => {
      const layout = input.layout === 'uniform' ? 'uniform' : 'contiguous';
      return wide({ ...input, layout });
    }),
    attributes: wide(one.attributes),
  };
}

/** The inputs as tensors; those that are differentiated are leaves. */
export function leavesOf(one: Case<object>, inputs: readonly CaseInput[] = one.inputs): Tensor[] {
  const chosen = differentiable(one);
  return inputs.map((input, i) => {
    // Detached, a view is a leaf that is still walked as a view.
    const leaf = layOut(input, input.layout).detach();
    leaf.requiresGrad = chosen.includes(i);
    return leaf;
  });
}

/** A cotangent for a case's output, the same at every run and in every precision. */
export function cotangentOf(name: OperationName, one: Case<object>): HostTensor {
  const { shape, dtype } = (primitives[name] as unknown as Primitive<object>).infer(one.inputs, one.attributes);
  const random = stream(shape.length + 17);
  const count = shape.reduce((size, extent) => size * extent, 1);
  const values = Array.from({ length: count }, () => store('float32', between(-1, 1)(random, 0, 1)));
  return { shape, dtype, values };
}

/** The gradients of `Σ output · cotangent` with respect to the leaves of a case. */
export async function gradientsOf(name: OperationName, one: Case<object>, cotangent: HostTensor): Promise<Numbers[]> {
  const leaves = leavesOf(one);
  const output = apply(name, leaves, one.attributes, () => one.numbers ?? []);
  const wanted = differentiable(one).map((i) => leaves[i] as Tensor);
  const found = gradients(output, wanted, { gradOutputs: [fromHost(cotangent)], allowUnused: true });
  return Promise.all(found.map((gradient) => gradient.data()));
}

export function fromHost({ values, shape, dtype }: HostTensor): Tensor {
  return tensor(Float64Array.from(values), { shape, dtype });
}

/** Where two lists of numbers differ by more than rounding explains, in words. */
export function farFrom(got: Numbers, expected: Numbers, relative: number, absolute: number): string | undefined {
  if (got.length !== expected.length) return `${got.length} elements instead of ${expected.length}`;
  let largest = 1;
  for (let i = 0; i < expected.length; i++) largest = Math.max(largest, Math.abs(expected[i] as number) || 0);
  for (let i = 0; i < expected.length; i++) {
    const [mine, right] = [got[i] as number, expected[i] as number];
    // Written so that NaN fails.
    if (!(Math.abs(mine - right) <= relative * Math.abs(right) + absolute * largest) && mine !== right) {
      return `element ${i} is ${mine} instead of ${right}`;
    }
  }
  return undefined;
}
