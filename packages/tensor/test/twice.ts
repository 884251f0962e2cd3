import { cpu } from '@evenkeel/backend-cpu';
import { wasm } from '@evenkeel/backend-wasm';
import { compile, noGrad, Parameter, type Tensor, tensor } from '@evenkeel/tensor';
import { expect } from 'vitest';

export const backends = [
  ['cpu', cpu],
  ['wasm', wasm],
] as const;

export type Run = <Args extends readonly unknown[], Result>(fn: (...args: Args) => Result) => (...args: Args) => Result;
const eager: Run = (fn) => fn;

/** More than are recorded, and past the first check of a program that runs. */
export const calls = 12;

/** A line that is fitted, by hand: the smallest training there is. */
export function line() {
  const [w, b] = [new Parameter(tensor([0.5, -1, 2])), new Parameter(tensor(0.25))];
  const loss = (x: Tensor) => x.mul(w).sum(1).add(b).sub(1).square().mean();
  const descend = (rate: number | Tensor = 0.1) =>
    noGrad(() => {
      for (const p of [w, b]) if (p.grad) p.assign(p.sub(p.grad.mul(rate)));
    });
  const zeroGrad = () => {
    for (const p of [w, b]) p.grad = undefined;
  };
  const step = (x: Tensor) => {
    zeroGrad();
    loss(x).backward();
    descend();
  };
  return { w, b, loss, descend, zeroGrad, step };
}

export const batch = (i: number) =>
  tensor([0, 1, 2, 3].map((row) => [0, 1, 2].map((k) => Math.sin(7 * i + 3 * row + k))));

/** What each call of a program leaves behind, eagerly and compiled. */
export async function both(program: (run: Run) => Promise<unknown>): Promise<[compiled: unknown, eager: unknown]> {
  return [await program(compile as Run), await program(eager)];
}

/** What tensors hold, by name. */
export async function contents(
  tensors: Readonly<Record<string, Tensor | undefined>>,
): Promise<Record<string, number[]>> {
  const read: Record<string, number[]> = {};
  for (const [name, tensor] of Object.entries(tensors)) if (tensor) read[name] = [...(await tensor.data())];
  return read;
}

/** Numbers of two runs: the same bits on the oracle, within 1e-5 of the largest elsewhere. */
export function expectAlike(where: string, got: unknown, expected: unknown): void {
  if (where === 'cpu') {
    expect(got).toEqual(expected);
    return;
  }
  const [mine, right] = [flat(got), flat(expected)];
  expect(mine.length).toBe(right.length);
  const largest = Math.max(1, ...right.map(Math.abs));
  right.forEach((x, i) => {
    expect(Math.abs((mine[i] as number) - x)).toBeLessThanOrEqual(1e-5 * largest);
  });
}

function flat(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  return value !== null && typeof value === 'object' ? Object.values(value).flatMap(flat) : [];
}
