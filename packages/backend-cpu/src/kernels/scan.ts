import { identityOf, type ScanKernel } from '@evenkeel/backend';
import type { Faults } from '../renderer/faults.ts';
import { malformed } from '../renderer/malformed.ts';
import { binaryFunctions } from '../renderer/scalar-functions.ts';
import { combining } from './accumulator.ts';
import type { CompiledKernel } from './compiled-kernel.ts';
import { compileLines } from './lines.ts';

/** Running folds, element after element, each step rounded to the dtype. */
export function compileScan(kernel: ScanKernel, faults: Faults): CompiledKernel {
  const { length, fn, reverse } = kernel;
  const { dtype } = kernel.value;
  const combine = binaryFunctions[dtype][combining[fn]];
  if (!combine) throw malformed(kernel, `${dtype} has no running ${fn}`);
  const round = dtype === 'float32' ? Math.fround : (value: number) => value;
  return compileLines(kernel, faults, (values, out, first, step) => {
    let total = identityOf(fn, dtype);
    for (let i = 0; i < length; i++) {
      const at = first + (reverse ? length - 1 - i : i) * step;
      total = round(combine(total, values[at]!));
      out[at] = total;
    }
  });
}
