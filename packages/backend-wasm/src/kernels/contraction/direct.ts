import { f32x4, type Integer, i32, type Local, type Value, v128 } from '../../assembler/index.ts';
import type { Features, VectorMath } from '../../renderer/vector-math.ts';
import { inLastPart, overShare, type Share } from '../share.ts';
import { evenly } from './blocks.ts';
import { addLanes, multiplyTile, registerTile, type Tile } from './micro-kernel.ts';

/** A product on operands where they lie, with every size and stride a constant of the code. */
export interface DirectProduct {
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  readonly a: Value<'i32'>;
  readonly aRowBytes: number;
  readonly aStepBytes: number;
  readonly b: Value<'i32'>;
  readonly c: Value<'i32'>;
  readonly cRowBytes: number;
  /** c has room for whole vectors at the end of its rows. */
  readonly isPadded: boolean;
  /** The product is added to c, which is padded, instead of stored. */
  readonly accumulates: boolean;
  /** What of the columns is computed, whole strips of them. */
  readonly share: Share | undefined;
}

/** How b is laid out: rows of neighboring columns, evenly spaced or as `offsets` say, or packed panels. */
export type DirectColumns =
  | { readonly kind: 'rows'; readonly stepBytes: number; readonly offsets?: Value<'i32'> | undefined }
  | { readonly kind: 'panels' };

// Two units work on an accumulator for four cycles: so many rows of two registers take their time, there or not.
const busyRows = 4;

/** Rows of a register tile, and the columns of a strip: what takes the least time, edges included. */
export function directTile(
  features: Features,
  rows: number,
  columns: number,
  kind: DirectColumns['kind'],
): [number, number] {
  const { rows: height, vectors: panel } = registerTile(features);
  const budget = height * panel;
  const widths = kind === 'panels' ? [panel] : [2, panel, budget / 2, budget];
  const timeAlong = (length: number, size: number, across: number): number =>
    Math.max(length, (Math.ceil(length / size) * busyRows * panel) / across);
  const timeOf = (vectors: number): number => {
    const tall = budget / vectors;
    return timeAlong(rows, tall, vectors) * timeAlong(Math.ceil(columns / 4), vectors, tall);
  };
  const vectors = widths.reduce((best, width) => (timeOf(width) < timeOf(best) ? width : best));
  const across = kind === 'panels' ? panel : evenly(Math.ceil(columns / 4), vectors);
  return [Math.min(rows, budget / vectors), 4 * across];
}

/** b's columns are neighbors in memory. Strips of columns, in each all rows, so that a strip of b stays in the L1 cache. */
export function emitDirectProduct(math: VectorMath, product: DirectProduct, layout: DirectColumns): void {
  const { f } = math;
  const { rows, columns, depth } = product;
  const [tileRows, step] = directTile(math.features, rows, columns, layout.kind);
  const strip = (column: Integer, vectors: number, valid: number): void => {
    const columnBytes = layout.kind === 'rows' ? 4 : depth * 4;
    const pointer = f.i32(i32.add(product.b, i32.mul(column, columnBytes)));
    const source = { pointer, stepBytes: registerTile(math.features).columns * 4, ...layout };
    const pa = f.i32(product.a);
    const pc = f.i32(i32.add(product.c, i32.mul(column, 4)));
    const block = (count: number): void => {
      const tile: Tile = { rows: count, vectors };
      const a = { pointer: pa, rowBytes: product.aRowBytes, stepBytes: product.aStepBytes };
      const sums = multiplyTile(math, tile, a, source, depth);
      store(math, sums, pc, product, valid);
      pa.set(i32.add(pa, count * product.aRowBytes));
      pc.set(i32.add(pc, count * product.cRowBytes));
    };
    // Tiles of about equal height: the last of tall ones might leave the units idle.
    const height = evenly(rows, tileRows);
    const tiles = Math.ceil(rows / height);
    const short = tiles * height - rows;
    const row = f.i32();
    f.range(row, 0, tiles - short, 1, () => block(height));
    if (short > 0) f.range(row, 0, short, 1, () => block(height - 1));
  };
  const whole = columns - (columns % step);
  overShare(f, product.share, whole, step, (column) => strip(column, step / 4, step));
  const rest = columns - whole;
  if (rest === 0) return;
  const valid = product.isPadded ? Math.ceil(rest / 4) * 4 : rest;
  inLastPart(f, product.share, () => strip(whole, Math.ceil(rest / 4), valid));
}

function store(
  math: VectorMath,
  sums: readonly (readonly Local<'v128'>[])[],
  place: Value<'i32'>,
  { cRowBytes, accumulates }: DirectProduct,
  valid: number,
): void {
  const { f } = math;
  const each = (act: (sum: Local<'v128'>, offset: number, v: number) => void): void => {
    sums.forEach((row, r) => {
      row.forEach((sum, v) => {
        act(sum, r * cRowBytes + v * 16, v);
      });
    });
  };
  // All of them before the first is stored: V8 joins vectors to wider ones only if nothing is stored between them.
  if (accumulates) each((sum, offset) => sum.set(f32x4.add(v128.load(place, offset), sum)));
  each((sum, offset, v) => {
    if (v * 4 + 4 <= valid) {
      f.emit(v128.store(place, sum, offset));
      return;
    }
    for (let lane = 0; v * 4 + lane < valid; lane++) f.emit(v128.store32Lane(place, sum, lane, offset + lane * 4));
  });
}

export const dotColumns = 4;

/**
 * Both operands are contiguous along k: dot products of four columns and up to three rows at a time, four values of k in
 * the lanes.
 */
export function emitDotProducts(math: VectorMath, product: DirectProduct, bRowBytes: number): void {
  const { f } = math;
  const { rows, columns, aRowBytes, cRowBytes, accumulates } = product;
  const most = math.features.fused ? 3 : 2;
  const strip = (column: Integer, count: number): void => {
    const b = f.i32(i32.add(product.b, i32.mul(column, bRowBytes)));
    const a = f.i32(product.a);
    const c = f.i32(i32.add(product.c, i32.mul(column, 4)));
    const tile = (height: number): void => {
      dotTile(math, height, count, a, aRowBytes, b, bRowBytes, product.depth).forEach((four, r) => {
        const offset = r * cRowBytes;
        const sums = addLanes(math, four);
        if (count === 4) {
          f.emit(v128.store(c, accumulates ? f32x4.add(v128.load(c, offset), sums) : sums, offset));
        } else {
          const sum = accumulates ? f32x4.add(v128.load32Splat(c, offset), sums) : sums;
          f.emit(v128.store32Lane(c, sum, 0, offset));
        }
      });
    };
    const whole = rows - (rows % most);
    if (whole > 0) {
      const row = f.i32();
      f.range(row, 0, whole, most, () => {
        tile(most);
        a.set(i32.add(a, most * aRowBytes));
        c.set(i32.add(c, most * cRowBytes));
      });
    }
    if (rows > whole) tile(rows - whole);
  };
  const whole = columns - (columns % dotColumns);
  overShare(f, product.share, whole, dotColumns, (column) => strip(column, dotColumns));
  if (columns === whole) return;
  inLastPart(f, product.share, () => {
    const column = f.i32();
    f.range(column, whole, columns, 1, () => strip(column, 1));
  });
}

type Four = [Local<'v128'>, Local<'v128'>, Local<'v128'>, Local<'v128'>];

function dotTile(
  math: VectorMath,
  rows: number,
  columns: number,
  a: Local<'i32'>,
  aRowBytes: number,
  b: Local<'i32'>,
  bRowBytes: number,
  depth: number,
): Four[] {
  const { f } = math;
  const zero = math.int(0);
  const sums = Array.from({ length: rows }, () =>
    [0, 1, 2, 3].map((c) => (c < columns ? f.v128(zero) : zero)),
  ) as Four[];
  const pa = f.i32(a);
  const pb = f.i32(b);
  const turn = (load: (pointer: Value<'i32'>, offset: number) => Value<'v128'>): void => {
    const elements = sums.map((_, r) => f.v128(load(pa, r * aRowBytes)));
    for (let c = 0; c < columns; c++) {
      const column = f.v128(load(pb, c * bRowBytes));
      sums.forEach((four, r) => {
        const sum = four[c] as Local<'v128'>;
        sum.set(math.madd(elements[r] as Local<'v128'>, column, sum));
      });
    }
  };
  const loop = (step: number, count: number, load: (pointer: Value<'i32'>, offset: number) => Value<'v128'>): void => {
    if (count === 0) return;
    const left = f.i32(count);
    f.doWhile(() => {
      turn(load);
      pa.set(i32.add(pa, step));
      pb.set(i32.add(pb, step));
      left.set(i32.sub(left, 1));
      return left;
    });
  };
  loop(16, depth >> 2, v128.load);
  loop(4, depth & 3, v128.load32Zero);
  return sums;
}
