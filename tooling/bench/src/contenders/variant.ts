/** A way to run Even Keel. */
export interface Variant {
  readonly backend: string;
  readonly threads: number;
  /** Whether relaxed SIMD may be used. */
  readonly relaxed: boolean;
  /** Whether steps run as they are written, not compiled. */
  readonly eager: boolean;
}

/** The names under which a variant beside the first is asked for, such as `eager` and `threads=2`. */
export const variantWords = 'eager, plain (no relaxed SIMD), threads=<n>';

/** The variant with one thing different. */
export function alter(variant: Variant, word: string): Variant {
  const [, threads] = /^threads=([1-9]\d*)$/.exec(word) ?? [];
  if (threads !== undefined) return { ...variant, threads: Number(threads) };
  if (word === 'eager') return { ...variant, eager: true };
  if (word === 'plain') return { ...variant, relaxed: false };
  throw new Error(`no variant "${word}"; there are: ${variantWords}`);
}
