import type { ContractionKernel } from '@evenkeel/backend';
import { type Cut, chooseVariant, dimensions, isThin, tableFor } from '../kernels/choose-variant.ts';
import type { Profile } from '../kernels/profile.ts';
import { piecesOf } from '../kernels/sums-of-products.ts';
import type { Variant } from '../kernels/variant.ts';

/** Products below which a contraction takes as long as its dispatch. */
const leastProducts = 2 ** 18;
/** Terms of a part, at least. */
const leastOfPart = 64;
/** Results beyond which blocks of them are faster than each sum by itself. */
const mostSums = 2 ** 14;
/** Cuts that stand in no table, but may be the fastest somewhere. */
const others: readonly Cut[] = [
  { kind: 'shared', rows: 64, columns: 64, block: [4, 4], depth: 16 },
  { kind: 'shared', rows: 128, columns: 64, block: [8, 8], depth: 16 },
  { kind: 'shared', rows: 16, columns: 64, block: [4, 4], depth: 32 },
  { kind: 'registers', rows: 4, columns: 8, workgroup: 64 },
];

/** What may be the fastest for a contraction, first what the table says; nothing else where it is not worth a measurement. */
export function candidatesFor(kernel: ContractionKernel, profile: Profile): Variant[] {
  const usual = chooseVariant(kernel, profile);
  const [batch, m, n, k] = dimensions(kernel);
  if (isThin(kernel) || batch * m * n * k < leastProducts) return [usual];
  const { large, small } = tableFor(profile);
  const cuts = new Map<string, Cut>();
  for (const cut of [...large.cuts, ...small.cuts].map((one) => one.cut).concat(others)) {
    if (cut.kind === 'shared' ? profile.sharedMemory : cut.rows <= m && cut.columns <= n) {
      cuts.set(JSON.stringify(cut), cut);
    }
  }
  const candidates = [usual];
  if (batch * m * n < mostSums) candidates.push({ kind: 'sums' });
  for (const cut of cuts.values()) {
    const { busy } = cut.kind === 'shared' ? large : small;
    for (const pieces of [0, busy, 4 * busy]) {
      const splits = Math.min(Math.floor(k / leastOfPart), Math.round(pieces / piecesOf(kernel, cut).count));
      candidates.push({ ...cut, splits: Math.max(1, splits) });
    }
  }
  return [...new Map(candidates.map((one) => [textOf(one), one])).values()];
}

/** A variant as a text that is the same for the same variant. */
export function textOf(variant: object): string {
  return JSON.stringify(Object.entries(variant).sort(([a], [b]) => (a < b ? -1 : 1)));
}
