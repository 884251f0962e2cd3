import { compile } from '@evenkeel/tensor';
import { expect } from 'vitest';

/** `compile`, or nothing of the kind. */
export type Run = <Args extends readonly unknown[], Result>(fn: (...args: Args) => Result) => (...args: Args) => Result;

/** A program compiled and as it is written: the same bits on the oracle, within 1e-5 of the largest number of each list elsewhere. */
export async function expectTheSame(where: string, program: (run: Run) => Promise<unknown>): Promise<void> {
  const [got, expected] = [await program(compile as Run), await program((fn) => fn)];
  expect(got).toEqual(where === 'cpu' ? expected : nearly(expected));
}

function nearly(value: unknown): unknown {
  if (Array.isArray(value) && value.every((x) => typeof x === 'number')) {
    const digits = -Math.log10(2e-5 * Math.max(1, ...value.map(Math.abs)));
    return value.map((x) => (Number.isFinite(x) ? expect.closeTo(x, digits) : x));
  }
  if (Array.isArray(value)) return value.map(nearly);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, nearly(part)]));
}
