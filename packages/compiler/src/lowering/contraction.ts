import { axis, type ContractionKernel, contiguousStrides, reduced, type Strides, weightedSum } from '@evenkeel/backend';
import type { Spec } from '../primitive.ts';
import { collapse } from './collapse.ts';
import { type Operand, Signature } from './operand.ts';

type Memory = Operand & { readonly strides: Strides };

export function lowerContraction(a: Memory, b: Memory, output: Spec): ContractionKernel {
  const signature = new Signature([a, b], output.dtype);
  const rank = output.shape.length;
  const leading = <V>(list: readonly V[]) => list.slice(0, rank - 2);
  const target = contiguousStrides(output.shape);
  const { shape: batch, strides } = collapse(leading(output.shape), [
    leading(target),
    leading(a.strides),
    leading(b.strides),
  ]);
  const [out, left, right] = strides as [number[], number[], number[]];
  const axes = batch.map((_, d) => axis(d));
  const [m, n, k] = [0, 1, 2].map((i) => axis(batch.length + i)) as [
    ReturnType<typeof axis>,
    ReturnType<typeof axis>,
    ReturnType<typeof axis>,
  ];
  const last = (walk: Strides, back: number) => walk[rank - back] as number;
  return {
    form: 'contraction',
    bindings: signature.bindings,
    arguments: signature.arguments,
    batch,
    m: [output.shape[rank - 2] as number],
    n: [output.shape[rank - 1] as number],
    k: [a.shape[rank - 1] as number],
    a: signature.at(0, a, [...axes, m, k], [...left, last(a.strides, 2), last(a.strides, 1)]),
    b: signature.at(1, b, [...axes, k, n], [...right, last(b.strides, 2), last(b.strides, 1)]),
    stores: [
      {
        binding: signature.output,
        index: weightedSum([...axes, m, n], [...out, last(target, 2), last(target, 1)]),
        value: reduced(output.dtype, 0),
      },
    ],
  };
}
