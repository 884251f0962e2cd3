import { expect } from 'vitest';
import type { GPT } from '../../src/index.ts';

const sequences = [
  [0, 3, 1, 4, 1, 5],
  [0, 2, 6, 5, 3, 5],
];
const prompts = sequences.map((sequence) => sequence.slice(0, 2));

/** What a model of 7 tokens reads of two sequences which it learns by heart, and what comes after each token, one sequence after the other. */
export const inputs = sequences.map((sequence) => sequence.slice(0, -1));
export const targets = sequences.flatMap((sequence) => sequence.slice(1));

/** Expects a model that has learned them to go on where they do, and to end where it is told. */
export async function expectContinued(model: Pick<GPT, 'generate'>): Promise<void> {
  const options = { maxNewTokens: 4, temperature: 0 };
  expect(await model.generate(prompts, options)).toEqual(sequences.map((sequence) => sequence.slice(2)));
  expect(await model.generate(prompts, { ...options, endToken: 5 })).toEqual([[1, 4, 1], [6]]);
}
