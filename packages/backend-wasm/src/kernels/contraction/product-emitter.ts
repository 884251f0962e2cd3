import { type FunctionBuilder, type Integer, i32, type Local, type Value } from '../../assembler/index.ts';
import { placeAt } from '../../renderer/addresses.ts';
import type { Renderer } from '../../renderer/renderer.ts';
import type { KernelEmitter, PhaseContext, Place } from '../kernel-emitter.ts';
import { runAt, runNest } from '../nest.ts';
import { bounds, inLastPart, overShare, type Share, type SharedAxis } from '../share.ts';
import { type Axis, longAxes, type MatrixView } from './axes.ts';
import { depthBlocks, directRows, isWhole, packedRows, streamColumns } from './blocks.ts';
import { emitDirectProduct, emitDotProducts } from './direct.ts';
import type { Division } from './division.ts';
import { registerTile } from './micro-kernel.ts';
import { emitOperand, emitStores, type Operand } from './operand.ts';
import { emitPacker } from './pack.ts';
import { emitPackedProduct } from './packed.ts';
import { isPackedBefore, isReadyBefore, isStreamed, type Places, readsInPlace } from './places.ts';
import type { ContractionPlan } from './plan.ts';

/** What all phases of a contraction know. */
export interface Contraction {
  readonly emitter: KernelEmitter;
  readonly plan: ContractionPlan;
  readonly division: Division;
  readonly places: Places;
  readonly functions: ProductFunctions;
}

/** Functions that the phases' functions call. */
export interface ProductFunctions {
  readonly packLeft: FunctionBuilder | undefined;
  readonly packRight: FunctionBuilder | undefined;
  readonly multiply: FunctionBuilder | undefined;
}

export function productFunctions(emitter: KernelEmitter, plan: ContractionPlan): ProductFunctions {
  const { builder, features } = emitter;
  const { left, right, method, output, pitch } = plan;
  const isPacked = method === 'packed';
  const isInPlace = readsInPlace(plan);
  const tile = registerTile(features);
  const packer = (width: number, { view }: Operand) => emitPacker(builder, width, view.rowStride, view.columnStride);
  return {
    packLeft: isPacked && !isInPlace ? packer(tile.rows, left) : undefined,
    packRight: isPacked || method === 'panels' ? packer(tile.columns, right) : undefined,
    multiply: isPacked
      ? emitPackedProduct(
          builder,
          features,
          (output ? output.rowStride : pitch) * 4,
          !isWhole(plan),
          isInPlace ? left.view.rowStride * 4 : undefined,
        )
      : undefined,
  };
}

/** The code of a product in one phase. */
export class ProductEmitter {
  readonly renderer: Renderer;
  readonly #contraction: Contraction;
  readonly #plan: ContractionPlan;
  readonly #f: FunctionBuilder;
  /** Where row 0 of the sums would lie in the scratch block. */
  readonly #sums: Local<'i32'>;
  readonly #places = new Map<Place, Local<'i32'>>();

  constructor(contraction: Contraction, context: PhaseContext) {
    this.renderer = context.renderer;
    this.#contraction = contraction;
    this.#plan = contraction.plan;
    this.#f = context.f;
    this.#sums = context.scratch[0] as Local<'i32'>;
    // Made where the function begins, because what is made inside a loop is known only there.
    for (const place of Object.values(contraction.places)) if (place) this.#places.set(place, context.at(place));
  }

  at(place: Place | undefined): Local<'i32'> {
    return this.#places.get(place as Place) as Local<'i32'>;
  }

  /** Loops over axes. */
  over(axes: readonly Axis[], body: () => void): void {
    const plain = axes.map(({ axis, extent }) => ({ axis, extent, copies: 0 }));
    runNest(this.renderer, { axes: plain, values: [], stores: [], body });
  }

  /** The body where axes, counted together row by row, are at a position. */
  within(axes: readonly Axis[], position: Local<'i32'>, body: () => void): void {
    runAt(this.renderer, axes, position, body);
  }

  /** The product where the batch stands, without what was made ready before. */
  turn(total: Local<'i32'> | undefined, share?: Share): void {
    const { left, right } = this.#plan;
    const { division } = this.#contraction;
    if (!isReadyBefore(division, left)) this.compute(left);
    if (!isReadyBefore(division, right)) this.compute(right);
    if (!isPackedBefore(division, this.#plan) && !isStreamed(division, this.#plan)) this.pack(share);
    if (this.#plan.method === 'packed') this.#packedProduct(total, share);
    else this.#directProduct(total, share);
  }

  compute({ computed }: Operand): void {
    if (computed) emitOperand(this.renderer, computed);
  }

  /** Packs b, or a share of its panels, if the method wants it packed. */
  pack(share?: Share): void {
    const { right, columns, pitch } = this.#plan;
    const { places, functions } = this.#contraction;
    if (!functions.packRight) return;
    const source = this.#start(right.view);
    const [first, end] = share ? bounds(this.#f, share, columns) : [0, columns];
    let from = 0;
    for (const size of depthBlocks(this.#plan)) {
      const place = i32.add(i32.mul(first, size * 4), from * pitch * 4);
      this.#packRight(source, first, i32.sub(end, first), from, size, i32.add(this.at(places.packedRight), place));
      from += size;
    }
  }

  /** Packs some columns of b, `size` values of k from `from` on. */
  #packRight(
    source: Local<'i32'>,
    column: Integer,
    count: Integer,
    from: number,
    size: number,
    to: Value<'i32'>,
  ): void {
    const { rowStride, columnStride } = this.#plan.right.view;
    const place = i32.add(i32.mul(column, rowStride * 4), from * columnStride * 4);
    const { packRight } = this.#contraction.functions;
    this.#f.call(packRight as FunctionBuilder, i32.add(source, place), to, count, size);
  }

  /** The stores for some rows, or for a share of their columns; their sums are in the scratch block. */
  finishRows(block: Local<'i32'>, first: Integer, end: Integer, shared?: SharedAxis): void {
    const { rowAxes, columnAxes, stores, pitch } = this.#plan;
    const { renderer } = this;
    this.#sums.set(i32.sub(block, i32.mul(first, pitch * 4)));
    renderer.hoist(
      stores.map((s) => s.value),
      stores,
      undefined,
    );
    const row = this.#f.i32();
    this.#f.range(row, first, end, 1, () =>
      this.within(rowAxes, row, () => emitStores(renderer, columnAxes, stores, shared)),
    );
  }

  #start(view: MatrixView): Local<'i32'> {
    const address = this.renderer.address(view.binding, view.start);
    const [base, offset] = placeAt(address, 0);
    return this.#f.i32(i32.add(base, offset));
  }

  #directProduct(total: Local<'i32'> | undefined, share: Share | undefined): void {
    const { rows, columns, depth, left, right, method, output, pitch } = this.#plan;
    const { division, places } = this.#contraction;
    const { math } = this.renderer;
    const f = this.#f;
    const byColumns = division.by === 'columns';
    const block = byColumns ? rows : directRows(this.#plan, division.by === 'rows');
    const cRowBytes = (output ? output.rowStride : pitch) * 4;
    const a = this.#start(left.view);
    const whole = total ?? (output && this.#start(output));
    const sums = whole ?? this.at(places.sums);
    const offsets = right.windows && this.#start(right.windows.offsets);
    const piece = (first: Integer, count: number): void => {
      const c = whole ? f.i32(i32.add(whole, i32.mul(first, cRowBytes))) : sums;
      const product = {
        rows: count,
        columns,
        depth,
        a: f.i32(i32.add(a, i32.mul(first, left.view.rowStride * 4))),
        aRowBytes: left.view.rowStride * 4,
        aStepBytes: left.view.columnStride * 4,
        b: method === 'panels' ? this.at(places.packedRight) : this.#start(right.view),
        c,
        cRowBytes,
        isPadded: !output,
        accumulates: total !== undefined,
        share: byColumns ? share : undefined,
      };
      if (method === 'dot') emitDotProducts(math, product, right.view.rowStride * 4);
      else if (method === 'panels') emitDirectProduct(math, product, { kind: 'panels' });
      else emitDirectProduct(math, product, { kind: 'rows', stepBytes: right.view.columnStride * 4, offsets });
      if (!whole && !byColumns) this.finishRows(sums, first, i32.add(first, count));
    };
    const rowShare = byColumns ? undefined : share;
    const blocks = rows - (rows % block);
    overShare(f, rowShare, blocks, block, (first) => piece(first, block));
    if (rows > blocks) inLastPart(f, rowShare, () => piece(blocks, rows - blocks));
  }

  #packedProduct(total: Local<'i32'> | undefined, share: Share | undefined): void {
    const { rows, columns, columnAxes, left, right, output, pitch } = this.#plan;
    const { emitter, division, places, functions } = this.#contraction;
    const streamed = isStreamed(division, this.#plan) ? this.#start(right.view) : undefined;
    const { rowStride, columnStride } = left.view;
    const f = this.#f;
    const byColumns = division.by === 'columns';
    const tileRows = registerTile(emitter.features).rows;
    const pitchBytes = (output ? output.rowStride : pitch) * 4;
    const a = this.#start(left.view);
    const whole = total ?? (output && this.#start(output));
    const b = this.at(places.packedRight);
    const range = (extent: number, isShared: boolean) =>
      share && isShared ? bounds(f, share, extent) : ([0, extent] as const);
    const [start, stop] = range(rows, !byColumns);
    const [column, lastColumn] = range(columns, byColumns);
    const [longAxis] = longAxes(columnAxes);
    const shared = byColumns && share && longAxis ? { axis: longAxis.axis, share } : undefined;
    const block = this.#evenBlock(
      i32.sub(stop, start),
      packedRows(this.#plan, emitter.features, streamed !== undefined),
      tileRows,
    );
    const first = f.i32();
    f.range(first, start, stop, block, () => {
      const end = f.i32(i32.add(first, block));
      end.set(i32.minU(end, stop));
      const count = f.i32(i32.sub(end, first));
      const source = f.i32(i32.add(a, i32.mul(first, rowStride * 4)));
      const target = whole ? f.i32(i32.add(whole, i32.mul(first, pitchBytes))) : this.at(places.sums);
      let from = 0;
      for (const size of depthBlocks(this.#plan)) {
        const part = f.i32(i32.add(source, from * columnStride * 4));
        const packed = functions.packLeft ? this.at(places.packedLeft) : part;
        if (functions.packLeft) f.call(functions.packLeft, part, packed, count, size);
        const isAdded = from > 0 || total ? 1 : 0;
        const multiply = (panels: Value<'i32'>, at: Integer, width: Integer): void => {
          const edge = places.edge ? this.at(places.edge) : 0;
          const c = i32.add(target, i32.mul(at, 4));
          f.call(functions.multiply as FunctionBuilder, packed, panels, c, count, width, size, isAdded, edge);
        };
        if (streamed) {
          const strip = f.i32();
          f.range(strip, column, lastColumn, streamColumns, () => {
            const width = f.i32(i32.minU(i32.sub(lastColumn, strip), streamColumns));
            this.#packRight(streamed, strip, width, from, size, b);
            multiply(b, strip, width);
          });
        } else {
          const panel = i32.add(from * pitch * 4, i32.mul(column, size * 4));
          multiply(i32.add(b, panel), column, i32.sub(lastColumn, column));
        }
        from += size;
      }
      if (!whole) this.finishRows(this.at(places.sums), first, end, shared);
    });
  }

  /** Rows in blocks of about equal size, at most so many, a multiple of the tile's rows. */
  #evenBlock(rows: Integer, most: number, multiple: number): Value<'i32'> {
    const f = this.#f;
    const count = f.i32(i32.divS(i32.add(rows, most - 1), most));
    const step = f.i32(i32.mul(count, multiple));
    const tiles = i32.divS(i32.sub(i32.add(rows, step), 1), step);
    return f.i32(i32.mul(tiles, multiple));
  }
}
