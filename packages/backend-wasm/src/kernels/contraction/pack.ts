import { type FunctionBuilder, i32, type Local, type ModuleBuilder, type Value, v128 } from '../../assembler/index.ts';

// Panels packed at a time where their rows are neighbors: what is read of one k should be more than a cache line.
const sideBySide = 4;

type Quad = [Local<'v128'>, Local<'v128'>, Local<'v128'>, Local<'v128'>];

/**
 * A function (source, destination, count, depth) that packs a matrix in panels of `width` rows, k after k: what the
 * register tile then reads is one stream. Rows beyond `count` repeat the last one, or what lies behind it; their
 * products are never stored.
 *
 * @param rowStride elements between rows
 * @param kStride elements between values of k
 */
export function emitPacker(builder: ModuleBuilder, width: number, rowStride: number, kStride: number): FunctionBuilder {
  const f = builder.function(['i32', 'i32', 'i32', 'i32']);
  const [source, destination, count, depth] = f.parameters as Local<'i32'>[] as [
    Local<'i32'>,
    Local<'i32'>,
    Local<'i32'>,
    Local<'i32'>,
  ];
  const first = f.i32(0);
  const panels = (several: number): void => {
    const rows = several * width;
    f.doWhile(() => {
      if (rowStride === 1) packContiguousRows(f, width, several, kStride, source, first, destination, depth);
      else packStridedRows(f, width, rowStride, kStride, source, first, count, destination, depth);
      first.set(i32.add(first, rows));
      return i32.leU(i32.add(first, several > 1 ? rows : 1), count);
    });
  };
  if (rowStride === 1) f.if(i32.leU(sideBySide * width, count), () => panels(sideBySide));
  f.if(i32.ltU(first, count), () => panels(1));
  return f;
}

/** The rows of a panel lie side by side, and so do several panels: whole vectors are copied. */
function packContiguousRows(
  f: FunctionBuilder,
  width: number,
  several: number,
  kStride: number,
  source: Value<'i32'>,
  first: Value<'i32'>,
  destination: Local<'i32'>,
  depth: Value<'i32'>,
): void {
  const from = f.i32(i32.add(source, i32.mul(first, 4)));
  const left = f.i32(depth);
  const vector = f.v128();
  const panelBytes = f.i32(i32.mul(depth, width * 4));
  const places = [destination];
  for (let p = 1; p < several; p++) places.push(f.i32(i32.add(places[p - 1] as Local<'i32'>, panelBytes)));
  f.doWhile(() => {
    places.forEach((place, panel) => {
      for (let row = 0; row < width; row += 4) {
        const pair = width - row === 2;
        const offset = (panel * width + row) * 4;
        vector.set(pair ? v128.load64Zero(from, offset) : v128.load(from, offset));
        f.emit(pair ? v128.store64Lane(place, vector, 0, row * 4) : v128.store(place, vector, row * 4));
      }
    });
    from.set(i32.add(from, kStride * 4));
    for (const place of places) place.set(i32.add(place, width * 4));
    left.set(i32.sub(left, 1));
    return left;
  });
  if (several > 1) destination.set(places[several - 1] as Local<'i32'>);
}

/** The rows of a panel lie apart: four values of k at a time are transposed where they are contiguous. */
function packStridedRows(
  f: FunctionBuilder,
  width: number,
  rowStride: number,
  kStride: number,
  source: Value<'i32'>,
  first: Value<'i32'>,
  count: Value<'i32'>,
  destination: Local<'i32'>,
  depth: Value<'i32'>,
): void {
  const last = f.i32(i32.sub(count, 1));
  const rows = Array.from({ length: width }, (_, r) => {
    const row = f.i32(i32.add(first, r));
    return f.i32(i32.add(source, i32.mul(i32.minU(row, last), rowStride * 4)));
  });
  const advance = (bytes: number): void => {
    for (const row of rows) row.set(i32.add(row, bytes));
  };
  const left = f.i32(depth);
  if (kStride === 1) {
    f.if(i32.leU(4, left), () => {
      f.doWhile(() => {
        transposeFour(f, rows, width, destination);
        advance(16);
        destination.set(i32.add(destination, width * 16));
        left.set(i32.sub(left, 4));
        return i32.leU(4, left);
      });
    });
  }
  f.if(left, () => {
    f.doWhile(() => {
      rows.forEach((row, r) => {
        f.emit(v128.store32Lane(destination, v128.load32Splat(row), 0, r * 4));
      });
      advance(kStride * 4);
      destination.set(i32.add(destination, width * 4));
      left.set(i32.sub(left, 1));
      return left;
    });
  });
}

function transposeFour(
  f: FunctionBuilder,
  rows: readonly Local<'i32'>[],
  width: number,
  destination: Value<'i32'>,
): void {
  for (let row = 0; row + 4 <= width; row += 4) {
    const [a, b, c, d] = rows.slice(row, row + 4).map((p) => f.v128(v128.load(p))) as Quad;
    const others = interleaved(c, d);
    for (const [half, pair] of interleaved(a, b).entries()) {
      const [ab, cd] = [f.v128(pair), f.v128(others[half] as Value<'v128'>)];
      const at = (k: number) => ((half * 2 + k) * width + row) * 4;
      f.emit(v128.store(destination, v128.shuffle(ab, cd, [0, 1, 4, 5]), at(0)));
      f.emit(v128.store(destination, v128.shuffle(ab, cd, [2, 3, 6, 7]), at(1)));
    }
  }
  if (width % 4 === 2) {
    const [a, b] = rows.slice(width - 2).map((p) => f.v128(v128.load(p))) as Quad;
    for (const [half, pair] of interleaved(a, b).entries()) {
      const both = f.v128(pair);
      const at = (k: number) => ((half * 2 + k) * width + width - 2) * 4;
      f.emit(v128.store64Lane(destination, both, 0, at(0)));
      f.emit(v128.store64Lane(destination, both, 1, at(1)));
    }
  }
}

/** The lanes of two vectors in turns, as two vectors. */
export function interleaved(a: Value<'v128'>, b: Value<'v128'>): readonly [Value<'v128'>, Value<'v128'>] {
  return [v128.shuffle(a, b, [0, 4, 1, 5]), v128.shuffle(a, b, [2, 6, 3, 7])];
}
