import { noGrad, type Tensor, tensor } from '@evenkeel/tensor';
import { untilEnd } from './until-end.ts';

export interface GreedyOptions {
  /** The token that every sequence begins with. */
  startToken: number;
  /** The token that ends a sequence. */
  endToken: number;
  /** The most tokens made for one sequence, the end token included. */
  maxLength: number;
}

/**
 * The likeliest token one after the other, until every sequence of the batch has ended.
 *
 * @param nextLogits maps the tokens so far, int32 `[N, T]`, to logits of the next `[N, vocabulary]`
 * @returns the tokens of each sequence, without start and end token
 */
export async function decodeGreedily(
  batch: number,
  { startToken, endToken, maxLength }: GreedyOptions,
  nextLogits: (tokens: Tensor) => Tensor,
): Promise<number[][]> {
  const made: number[][] = Array.from({ length: batch }, () => []);
  for (let count = 0; count < maxLength && made.some((tokens) => !tokens.includes(endToken)); count++) {
    const sequences = made.map((tokens) => [startToken, ...tokens]);
    const likeliest = noGrad(() => nextLogits(tensor(sequences, { dtype: 'int32' })).argmax(-1));
    const next = await likeliest.data();
    likeliest.release();
    for (const [row, tokens] of made.entries()) tokens.push(Number(next[row]));
  }
  return made.map((tokens) => untilEnd(tokens, endToken));
}
