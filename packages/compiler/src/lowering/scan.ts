import {
  axis,
  binary,
  constant,
  type Expression,
  identityOf,
  type Kernel,
  type Limits,
  reduced,
  select,
  weightedSum,
} from '@evenkeel/backend';
import type { ScanAttributes } from '../primitives/scan.ts';
import { linesAlong, readLine } from './lines.ts';
import { type Operand, Signature } from './operand.ts';

type Axes = readonly [Expression, Expression, Expression];

/** The routine, or where the backend has none the loop that folds anew for each element. */
export function lowerScan(operand: Operand, { dim, fn, reverse }: ScanAttributes, limits: Limits): Kernel {
  const { shape, dtype } = operand;
  const signature = new Signature([operand], dtype);
  const value = (axes: Axes) => readLine(signature, 0, operand, dim, axes);
  const { outer, length, inner } = linesAlong(shape, dim);
  const parts = { bindings: signature.bindings, arguments: signature.arguments };
  if (limits.routines.includes('scan')) {
    return {
      form: 'routine',
      routine: 'scan',
      ...parts,
      outer,
      length,
      inner,
      fn,
      reverse,
      value: value([axis(0), axis(1), axis(2)]),
      output: signature.output,
    };
  }
  // Axes: outer, position, inner, then the positions that are folded.
  const reached = binary(reverse ? 'ge' : 'le', axis(3), axis(1));
  const neutral = constant(dtype, identityOf(fn, dtype));
  return {
    form: 'loop',
    ...parts,
    outer: [outer, length, inner],
    inner: [length],
    reductions: [{ fn, value: select(reached, value([axis(0), axis(3), axis(2)]), neutral) }],
    stores: [
      {
        binding: signature.output,
        index: weightedSum([axis(0), axis(1), axis(2)], [length * inner, inner, 1]),
        value: reduced(dtype, 0),
      },
    ],
    elementStores: [],
  };
}
