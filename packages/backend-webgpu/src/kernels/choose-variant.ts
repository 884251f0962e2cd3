import { type ContractionKernel, sizeOf } from '@evenkeel/backend';
import type { Profile } from './profile.ts';
import { piecesOf } from './sums-of-products.ts';
import type { RegisterBlocks, SharedTiles, Variant } from './variant.ts';

/** A variant before it is known in how many parts terms are cut. */
export type Cut = Omit<SharedTiles, 'splits'> | Omit<RegisterBlocks, 'splits'>;

/** How contractions of one class are cut. */
export interface Choices {
  /** From the largest to the smallest: the first that leaves `enough` pieces, workgroups of tiles or invocations of blocks. */
  readonly cuts: readonly { readonly cut: Cut; readonly enough: number }[];
  /** Pieces that keep the device busy: long sums are cut in parts until there are as many, where there are less than half. */
  readonly busy: number;
  /** Terms of a part that are worth pieces of their own. */
  readonly leastOfPart: number;
  /** Whether parts come before smaller cuts. */
  readonly partsFirst: boolean;
}

/**
 * Contractions that have at least 16 rows, columns and terms and `leastLarge` products, and others. Where there is less than two
 * rows or columns, or few results, each sum goes by itself.
 */
export interface Table {
  readonly large: Choices;
  readonly small: Choices;
}

/** Products of a contraction for which tiles are worth their barriers. */
const leastLarge = 2 ** 18;

/** Results that tiles may compute, beyond the ends too, for each that there is. */
const mostPadded = 1.5;

const tile = (rows: number, columns: number, block: number, depth: number): Cut => ({
  kind: 'shared',
  rows,
  columns,
  block: [block, block],
  depth,
});

const blocks = (workgroup: number, enough: number): Choices['cuts'] =>
  (
    [
      [8, 8],
      [8, 4],
      [4, 4],
      [2, 4],
      [2, 2],
    ] as const
  ).map(([rows, columns]) => ({ cut: { kind: 'registers', rows, columns, workgroup }, enough }));

/**
 * For graphics cards. Not measured on one: tiles, blocks and depths are those of published kernels for such devices (128 × 128 with 8 × 8 for
 * each invocation where there is enough to do); on a driver in software that shares memory 8 × 8 took half the time of 4 × 4.
 */
const card: Table = {
  large: {
    cuts: [
      { cut: tile(128, 128, 8, 8), enough: 128 },
      { cut: tile(64, 64, 8, 16), enough: 64 },
      { cut: tile(32, 32, 4, 16), enough: 0 },
    ],
    busy: 64,
    leastOfPart: 256,
    partsFirst: false,
  },
  small: { cuts: blocks(64, 512), busy: 512, leastOfPart: 256, partsFirst: false },
};

/**
 * For GPUs in software, measured on SwiftShader, for which large blocks matter most: reading a word for four invocations takes it as
 * long as ten products do, and sixteen workgroups keep the cores of a processor busy.
 */
const inBlocks: Choices = { cuts: blocks(16, 256), busy: 256, leastOfPart: 64, partsFirst: true };
const software: Table = { large: inBlocks, small: inBlocks };

/** The table that goes for a device. */
export const tableFor = ({ sharedMemory }: Profile): Table => (sharedMemory ? card : software);

/** How a contraction of a shape is cut on a device that nobody tuned for it. */
export function chooseVariant(kernel: ContractionKernel, profile: Profile): Variant {
  const [batch, m, n, k] = dimensions(kernel);
  if (isThin(kernel)) return { kind: 'sums' };
  const isLarge = Math.min(m, n, k) >= 16 && batch * m * n * k >= leastLarge;
  const { cuts, busy, leastOfPart, partsFirst } = tableFor(profile)[isLarge ? 'large' : 'small'];
  const splitsOf = (cut: Cut): number => {
    const { count } = piecesOf(kernel, cut);
    return count < busy / 2 ? Math.max(1, Math.min(Math.floor(k / leastOfPart), Math.ceil(busy / count))) : 1;
  };
  const fitting = cuts.filter(({ cut }) =>
    cut.kind === 'shared'
      ? piecesOf(kernel, cut).count * cut.rows * cut.columns <= mostPadded * batch * m * n
      : cut.rows <= m && cut.columns <= n,
  );
  const isEnough = ({ cut, enough }: (typeof cuts)[number]): boolean =>
    piecesOf(kernel, cut).count * (partsFirst ? splitsOf(cut) : 1) >= enough;
  const { cut } = (fitting.find(isEnough) ?? fitting.at(-1) ?? cuts.at(-1)) as (typeof cuts)[number];
  return { ...cut, splits: splitsOf(cut) };
}

/** Whether a contraction has so few rows, columns or results that blocks of them are none. */
export function isThin(kernel: ContractionKernel): boolean {
  const [batch, m, n] = dimensions(kernel);
  return m < 2 || n < 2 || batch * m * n < 64;
}

/** Sizes of the roles: batch, m, n, k. */
export function dimensions({ batch, m, n, k }: ContractionKernel): [number, number, number, number] {
  return [sizeOf(batch), sizeOf(m), sizeOf(n), sizeOf(k)];
}
