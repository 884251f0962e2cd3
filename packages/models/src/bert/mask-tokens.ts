import { ConfigError } from '@evenkeel/errors';
import { defaultGenerator, type Generator, hostRandom } from '@evenkeel/tensor';

export interface MaskTokensOptions {
  /** The token that stands for a hidden one. */
  maskToken: number;
  /** Random replacements are drawn from the tokens 0 … vocabularySize − 1. */
  vocabularySize: number;
  /** The share of tokens to be guessed (default 0.15). */
  probability?: number;
  /** Tokens that are never chosen, such as padding and separators (default none). */
  special?: readonly number[];
  /** Where the draws come from (default: the default generator). */
  generator?: Generator;
}

/** What `maskTokens` makes. */
export interface MaskedTokens {
  /** The tokens with some replaced. */
  inputs: number[][];
  /** The original token where it is to be guessed, else −100, which `crossEntropy` passes over. */
  targets: number[][];
}

/**
 * Chooses tokens to be guessed: of those 80 % become the mask, 10 % a random token, 10 % stay.
 *
 * Devlin et al. 2019, section 3.1.
 */
export function maskTokens(sequences: readonly (readonly number[])[], options: MaskTokensOptions): MaskedTokens {
  const { maskToken, vocabularySize, probability = 0.15, special = [], generator = defaultGenerator } = options;
  if (!(probability >= 0 && probability <= 1)) {
    throw new ConfigError('the share of masked tokens is out of range', {
      op: 'maskTokens',
      got: `probability ${probability}`,
      expected: 'a number from 0 to 1',
    });
  }
  const draw = hostRandom(generator);
  const kept = new Set(special);
  const inputs = sequences.map((sequence) => [...sequence]);
  const targets = inputs.map((sequence) =>
    sequence.map((token, position) => {
      if (kept.has(token) || draw() >= probability) return -100;
      const fate = draw();
      if (fate < 0.8) sequence[position] = maskToken;
      else if (fate < 0.9) sequence[position] = Math.floor(draw() * vocabularySize);
      return token;
    }),
  );
  return { inputs, targets };
}
