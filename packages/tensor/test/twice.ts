import { cpu } from '@evenkeel/backend-cpu';
import { wasm } from '@evenkeel/backend-wasm';
import type { Tensor } from '@evenkeel/tensor';
import { expect } from 'vitest';

export const backends = [
  ['cpu', cpu],
  ['wasm', wasm],
] as const;

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
