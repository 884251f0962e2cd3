import { ConfigError } from '@evenkeel/errors';
import { defaultGenerator, type Generator, hostRandom, type Tensor } from '@evenkeel/tensor';

export interface SamplingOptions {
  /** Divides the logits: below 1 bolder towards the likeliest, 0 always takes it (default 1). */
  temperature?: number;
  /** Only the k likeliest tokens can be drawn (default all). */
  topK?: number;
  /** Where the draws come from (default: the default generator). */
  generator?: Generator;
}

/** One token for each row of logits `[N, V]`, drawn from softmax(logits / temperature) or its k likeliest. */
export async function sampleTokens(logits: Tensor, options: SamplingOptions): Promise<number[]> {
  const { temperature = 1, topK, generator = defaultGenerator } = options;
  checkSampling(options);
  const [rows = 0, vocabulary = 0] = logits.shape;
  const values = await logits.data();
  const draw = temperature === 0 ? () => 0 : hostRandom(generator);
  return Array.from({ length: rows }, (_, row) => {
    const scores = Array.from(values.subarray(row * vocabulary, (row + 1) * vocabulary));
    return sampleOne(scores, draw(), temperature, topK ?? vocabulary);
  });
}

/** Inverts the distribution function of one row at `draw` in [0, 1). */
export function sampleOne(scores: readonly number[], draw: number, temperature: number, topK: number): number {
  const tokens = scores.map((_, token) => token);
  // Ties go to the smaller token, as in argmax.
  const likeliest = tokens.sort((a, b) => Number(scores[b]) - Number(scores[a]) || a - b).slice(0, topK);
  const [best = 0] = likeliest;
  if (temperature === 0) return best;
  const weights = likeliest.map((token) => Math.exp((Number(scores[token]) - Number(scores[best])) / temperature));
  let left = draw * weights.reduce((sum, weight) => sum + weight, 0);
  for (const [rank, token] of likeliest.entries()) {
    left -= weights[rank] ?? 0;
    if (left < 0) return token;
  }
  return best;
}

function checkSampling({ temperature = 1, topK = 1 }: SamplingOptions): void {
  if (temperature >= 0 && Number.isInteger(topK) && topK >= 1) return;
  throw new ConfigError('no such way of sampling', {
    got: `temperature ${temperature}, topK ${topK}`,
    expected: 'temperature at least 0, topK a positive integer',
  });
}
