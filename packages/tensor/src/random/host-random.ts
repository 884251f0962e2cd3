import { philox4x32 } from '@evenkeel/backend';
import type { Generator } from './generator.ts';

/**
 * The generator's stream on the host, for what is decided there (orders, splits): numbers in [0, 1) that equal what `rand` draws
 * at the same positions. It takes a block of four at a time.
 */
export function hostRandom(generator: Generator): () => number {
  let words: readonly number[] = [];
  let used = 4;
  return () => {
    if (used === 4) {
      const [seedLow, seedHigh, low, high] = generator.reserve(4);
      words = philox4x32([low, high, 0, 0], [seedLow, seedHigh]);
      used = 0;
    }
    return ((words[used++] as number) >>> 8) * 2 ** -24;
  };
}
