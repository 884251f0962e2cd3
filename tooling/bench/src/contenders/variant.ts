const hosts = ['node', 'chromium', 'unisolated'] as const;

/**
 * What Even Keel runs in: this command's Node; a worker of a cross-origin isolated page in Chromium; or one of a page that is not
 * isolated, where there is no shared memory.
 */
export type Host = (typeof hosts)[number];

/** A way to run Even Keel. */
export interface Variant {
  readonly host: Host;
  readonly backend: string;
  readonly threads: number;
  /** Whether relaxed SIMD may be used. */
  readonly relaxed: boolean;
  /** Whether V8 joins vectors to 256 bits, as Node's can. */
  readonly wide: boolean;
  /** Whether steps run as they are written, not compiled. */
  readonly eager: boolean;
}

/** The names under which a variant beside the first is asked for, such as `eager` and `chromium+threads=2`. */
export const variantWords =
  'eager, plain (no relaxed SIMD), wide (vectors joined to 256 bits), threads=<n>, chromium, unisolated (Chromium without shared memory), several joined by +';

/** The variant with one thing different, or several: `chromium+threads=2`. */
export function alter(variant: Variant, words: string): Variant {
  return words.split('+').reduce(alterOne, variant);
}

function alterOne(variant: Variant, word: string): Variant {
  const [, threads] = /^threads=([1-9]\d*)$/.exec(word) ?? [];
  if (threads !== undefined) return { ...variant, threads: Number(threads) };
  if (word === 'eager') return { ...variant, eager: true };
  if (word === 'plain') return { ...variant, relaxed: false };
  if (word === 'wide') return { ...variant, wide: true };
  const host = hosts.find((name) => name === word);
  if (host !== undefined) return { ...variant, host };
  throw new Error(`no variant "${word}"; there are: ${variantWords}`);
}
