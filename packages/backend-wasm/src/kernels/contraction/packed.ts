import { type FunctionBuilder, f32x4, i32, type Local, type ModuleBuilder, v128 } from '../../assembler/index.ts';
import { type Features, VectorMath } from '../../renderer/vector-math.ts';
import { multiplyTile, type RegisterTile, registerTile } from './micro-kernel.ts';

/**
 * A function (a, b, c, rows, columns, depth, accumulate, scratch) that multiplies packed panels into c, whose rows lie
 * `pitchBytes` apart. With `isPadded`, c has room for whole tiles; otherwise a tile at the edge is made in the scratch
 * and its valid part copied.
 *
 * @param aRowBytes how far rows of a lie apart if it is not packed: some tiles then are a row shorter, so that there is
 * none at the edge; where rows are too few for that, such a tile begins with rows above that are done
 */
export function emitPackedProduct(
  builder: ModuleBuilder,
  features: Features,
  pitchBytes: number,
  isPadded: boolean,
  aRowBytes: number | undefined,
): FunctionBuilder {
  const f = builder.function(['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32']);
  const [a, b, c, rows, columns, depth, accumulate, scratch] = f.parameters as Local<'i32'>[] as [
    Local<'i32'>,
    Local<'i32'>,
    Local<'i32'>,
    Local<'i32'>,
    Local<'i32'>,
    Local<'i32'>,
    Local<'i32'>,
    Local<'i32'>,
  ];
  const math = new VectorMath(f, features);
  const tall = registerTile(features);
  const short = { ...tall, rows: tall.rows - 1 };
  const isPacked = aRowBytes === undefined;
  const column = f.i32();
  const row = f.i32();
  const height = f.i32();
  f.range(column, 0, columns, tall.columns, () => {
    const panelB = f.i32(i32.add(b, i32.mul(i32.mul(column, depth), 4)));
    f.range(row, 0, rows, height, () => {
      const rowsLeft = f.i32(i32.sub(rows, row));
      const columnsLeft = f.i32(i32.sub(columns, column));
      const place = f.i32(i32.add(c, i32.add(i32.mul(row, pitchBytes), i32.mul(column, 4))));
      const multiply = (tile: RegisterTile): void => {
        const above = f.i32(isPacked ? 0 : i32.sub(tile.rows, i32.minU(rowsLeft, tile.rows)));
        const first = isPacked ? i32.mul(i32.mul(row, depth), 4) : i32.mul(i32.sub(row, above), aRowBytes);
        const sums = multiplyTile(
          math,
          tile,
          { pointer: i32.add(a, first), rowBytes: aRowBytes ?? 4, stepBytes: isPacked ? tile.rows * 4 : 4 },
          { pointer: panelB, stepBytes: tall.columns * 4 },
          depth,
        );
        height.set(i32.constant(tile.rows));
        const whole = (): void => writeTile(f, sums, place, pitchBytes, accumulate);
        if (isPadded && isPacked) {
          whole();
          return;
        }
        const isWhole = i32.and(i32.leU(tile.rows, rowsLeft), i32.leU(tall.columns, columnsLeft));
        f.if(isWhole, whole, () => {
          writeTile(f, sums, scratch, tall.columns * 4, undefined);
          const edge = { ...tile, above, rowsLeft, columnsLeft, scratch, place, pitchBytes, accumulate };
          copyEdge(f, edge);
        });
      };
      if (isPacked) {
        multiply(tall);
      } else {
        f.if(
          i32.remU(rowsLeft, tall.rows),
          () => multiply(short),
          () => multiply(tall),
        );
      }
    });
  });
  return f;
}

function writeTile(
  f: FunctionBuilder,
  sums: readonly (readonly Local<'v128'>[])[],
  place: Local<'i32'>,
  pitchBytes: number,
  accumulate: Local<'i32'> | undefined,
): void {
  const each = (act: (sum: Local<'v128'>, offset: number) => void): void => {
    sums.forEach((row, r) => {
      row.forEach((sum, v) => {
        act(sum, r * pitchBytes + v * 16);
      });
    });
  };
  if (accumulate) {
    f.if(accumulate, () => {
      each((sum, offset) => sum.set(f32x4.add(v128.load(place, offset), sum)));
    });
  }
  each((sum, offset) => f.emit(v128.store(place, sum, offset)));
}

interface Edge extends RegisterTile {
  /** Rows of the tile above them. */
  readonly above: Local<'i32'>;
  readonly rowsLeft: Local<'i32'>;
  readonly columnsLeft: Local<'i32'>;
  readonly scratch: Local<'i32'>;
  readonly place: Local<'i32'>;
  readonly pitchBytes: number;
  readonly accumulate: Local<'i32'>;
}

/** The part of a tile in the scratch that lies inside c. */
function copyEdge(f: FunctionBuilder, edge: Edge): void {
  const { pitchBytes, accumulate } = edge;
  const rows = f.i32(i32.minU(edge.rowsLeft, edge.rows));
  const columns = f.i32(i32.minU(edge.columnsLeft, edge.columns));
  const row = f.i32();
  const column = f.i32();
  f.range(row, 0, rows, 1, () => {
    const from = f.i32(i32.add(edge.scratch, i32.mul(i32.add(row, edge.above), edge.columns * 4)));
    const to = f.i32(i32.add(edge.place, i32.mul(row, pitchBytes)));
    f.range(column, 0, columns, 1, () => {
      const value = f.v128(v128.load32Splat(from));
      f.if(accumulate, () => value.set(f32x4.add(v128.load32Splat(to), value)));
      f.emit(v128.store32Lane(to, value, 0));
      from.set(i32.add(from, 4));
      to.set(i32.add(to, 4));
    });
  });
}
