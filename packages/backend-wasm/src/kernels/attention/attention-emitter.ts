import { type Expression, reduced, type Store } from '@evenkeel/backend';
import { type FunctionBuilder, f32x4, type Integer, i32, type Local, type Value, v128 } from '../../assembler/index.ts';
import type { Renderer } from '../../renderer/renderer.ts';
import type { LoopLane } from '../../renderer/scope.ts';
import type { Axis } from '../contraction/axes.ts';
import { emitStores, storeNest } from '../contraction/operand.ts';
import { emitPacker } from '../contraction/pack.ts';
import type { KernelEmitter, PhaseContext } from '../kernel-emitter.ts';
import { type LoopAxis, runAt } from '../nest.ts';
import { runPass } from '../reduction.ts';
import { rowCopies } from '../vector-axis.ts';
import type { Places } from './places.ts';
import { type AttentionPlan, type Block, type Blocks, blockRows, type RunningFactor } from './plan.ts';
import { emitProduct, type ProductLayout } from './product.ts';
import { emitWeights } from './weights.ts';

const plain: LoopLane = { vector: false, copies: 1 };

/** Vectors of a running factor that are made in a turn; behind the rows of a block there is room for so many more. */
const runVectors = 4;

/** Functions that the phase's function calls. */
export interface AttentionFunctions {
  readonly packKey: FunctionBuilder;
  readonly packValue: FunctionBuilder | undefined;
  readonly scores: FunctionBuilder;
  /** scores · values forward; derivatives of scores · keys backward. */
  readonly rows: FunctionBuilder;
  readonly weightGradient: FunctionBuilder | undefined;
  readonly keyGradient: FunctionBuilder | undefined;
  readonly valueGradient: FunctionBuilder | undefined;
}

export function attentionFunctions(
  emitter: KernelEmitter,
  { kernel, blocks, tile }: AttentionPlan,
): AttentionFunctions {
  const { builder, features } = emitter;
  const isForward = kernel.routine === 'attention';
  const packer = ({ pitch }: Block) => emitPacker(builder, tile.columns, pitch, 1);
  const product = (layout: Omit<ProductLayout, 'without'>, without: ProductLayout['without']) =>
    emitProduct(builder, features, { ...layout, without: kernel.causal ? without : undefined });
  /** A block's rows times packed panels: scores. */
  const byPanels = (a: Block, c: Block, depth: number) =>
    product(
      {
        aRowBytes: a.pitch * 4,
        aStepBytes: 4,
        bStepBytes: tile.columns * 4,
        bPanelBytes: depth * tile.columns * 4,
        cRowBytes: c.pitch * 4,
        isAdded: false,
      },
      'tiles',
    );
  /** Scores times a block's rows. */
  const byRows = (a: Block, b: Block, c: Block) =>
    product(
      {
        aRowBytes: a.pitch * 4,
        aStepBytes: 4,
        bStepBytes: b.pitch * 4,
        bPanelBytes: tile.columns * 4,
        cRowBytes: c.pitch * 4,
        isAdded: false,
      },
      'termsBehind',
    );
  /** Scores, transposed, times a block's rows. */
  const overRows = (a: Block, b: Block, c: Block) =>
    product(
      {
        aRowBytes: 4,
        aStepBytes: a.pitch * 4,
        bStepBytes: b.pitch * 4,
        bPanelBytes: tile.columns * 4,
        cRowBytes: c.pitch * 4,
        isAdded: true,
      },
      'termsBefore',
    );
  const { query, key, value, scores, rows, cotangent, scoreGradient, keyGradient, valueGradient } = blocks;
  return {
    packKey: packer(key),
    packValue: isForward ? undefined : packer(value),
    scores: byPanels(query, scores, kernel.depth),
    rows: isForward ? byRows(scores, value, rows) : byRows(scoreGradient, key, rows),
    weightGradient: isForward ? undefined : byPanels(cotangent, scoreGradient, kernel.width),
    keyGradient: isForward ? undefined : overRows(scoreGradient, query, keyGradient),
    valueGradient: isForward ? undefined : overRows(scores, cotangent, valueGradient),
  };
}

const sumsOverRows = ['keyGradient', 'valueGradient'] as const;

type Pointers = { readonly [name in keyof Places]: Local<'i32'> };
type Bindings = { readonly [name in keyof Blocks]: Local<'i32'> };

/** The code of attention in one phase. */
export class AttentionEmitter {
  readonly #plan: AttentionPlan;
  readonly #functions: AttentionFunctions;
  readonly #renderer: Renderer;
  readonly #f: FunctionBuilder;
  readonly #at: Pointers;
  /** Where the sums of the first part are. */
  readonly #starts: Pick<Pointers, (typeof sumsOverRows)[number]>;
  /** Where the factor of the first of the rows is. */
  readonly #factor: Local<'i32'>;
  /** By block: where expressions find its row 0. */
  readonly #bindings: Bindings;

  constructor(plan: AttentionPlan, functions: AttentionFunctions, places: Places, context: PhaseContext) {
    this.#plan = plan;
    this.#functions = functions;
    this.#renderer = context.renderer;
    this.#f = context.f;
    const named = <T>(of: object, make: (name: string, i: number) => T) =>
      Object.fromEntries(Object.keys(of).map((name, i) => [name, make(name, i)]));
    this.#at = named(places, (name) => context.at(places[name as keyof Places])) as Pointers;
    this.#factor = this.#f.i32(this.#at.factor);
    this.#starts = {
      keyGradient: this.#f.i32(this.#at.keyGradient),
      valueGradient: this.#f.i32(this.#at.valueGradient),
    };
    this.#bindings = named(plan.blocks, (_, i) => context.scratch[i]) as Bindings;
  }

  /** The body at a position of the batch. */
  inBatch(position: Local<'i32'>, body: () => void): void {
    runAt(this.#renderer, this.#plan.batch, position, body);
  }

  /** Makes ready what all rows of a batch index read. */
  start(): void {
    const { depth, width, staged } = this.#plan;
    const { packKey, packValue } = this.#functions;
    this.#whole('key', depth, [staged.key]);
    this.#pack(packKey, 'key', 'packedKey', depth);
    this.#whole('value', width, [staged.value]);
    if (packValue) this.#pack(packValue, 'value', 'packedValue', width);
  }

  #pack(packer: FunctionBuilder, from: keyof Blocks, to: keyof Places, { extent }: Axis): void {
    if (extent > 0) this.#f.call(packer, this.#at[from], this.#at[to], this.#plan.column.extent, extent);
  }

  /** Has the sums over rows where those of a part are. */
  choosePart(part: Local<'i32'>): void {
    for (const name of sumsOverRows) {
      this.#at[name].set(i32.add(this.#starts[name], i32.mul(part, this.#bytesOf(name))));
    }
  }

  /** Begins sums over rows. */
  clear(): void {
    if (this.#plan.kernel.routine === 'attention') return;
    for (const name of sumsOverRows) this.#f.zero(this.#at[name], this.#bytesOf(name));
  }

  /** Adds to the sums, in order, those of the parts behind them. */
  addParts(parts: number): void {
    const f = this.#f;
    for (const name of sumsOverRows) {
      const bytes = this.#bytesOf(name);
      const place = f.i32();
      f.range(place, this.#at[name], f.i32(i32.add(this.#at[name], bytes)), 16, () => {
        let sum = v128.load(place);
        for (let part = 1; part < parts; part++) sum = f32x4.add(sum, v128.load(place, part * bytes));
        f.emit(v128.store(place, sum));
      });
    }
  }

  /** Everything for the rows from one on, of a batch index that was made ready. */
  rows(start: Local<'i32'>, end: Local<'i32'>): void {
    const f = this.#f;
    const { kernel } = this.#plan;
    const first = f.i32();
    f.range(first, start, end, blockRows, () => {
      const count = f.i32(i32.sub(end, first));
      count.set(i32.minU(count, blockRows));
      const last = f.i32(i32.add(first, count));
      // Columns that any of the rows sees.
      const columns = f.i32(kernel.causal ? i32.minU(last, kernel.columns) : kernel.columns);
      this.#block({ first, last, count, columns });
    });
  }

  #block(rows: BlockOfRows): void {
    const { first, count, columns } = rows;
    const { staged, running, kernel, depth, width, results } = this.#plan;
    const { scores, rows: sums, weightGradient, keyGradient, valueGradient } = this.#functions;
    const at = this.#at;
    const f = this.#f;
    const isForward = kernel.routine === 'attention';
    const along = isForward ? width : depth;
    if (kernel.columns === 0) {
      f.zero(at.rows, this.#bytesOf('rows'));
      f.zero(at.rowNumbers, this.#bytesOf('rowNumbers'));
    } else {
      this.#byRow('query', depth, [staged.query], rows);
      this.#multiply(scores, ['query', 'packedKey', 'scores'], count, columns, depth.extent, first);
      if (staged.scores) this.#overScores('scores', staged.scores, rows);
      if (staged.factor) this.#overScores('factor', staged.factor, rows);
      if (running) this.#draw(running, rows);
      if (staged.cotangent) {
        this.#stageCotangent(staged.cotangent, rows);
        this.#multiply(
          weightGradient,
          ['cotangent', 'packedValue', 'scoreGradient'],
          count,
          columns,
          width.extent,
          first,
        );
      }
      emitWeights(this.#renderer.math, this.#plan, { ...at, factor: this.#factor }, first, count);
      const factors = isForward ? (['scores', 'value'] as const) : (['scoreGradient', 'key'] as const);
      if (results.rows.length > 0) this.#multiply(sums, [...factors, 'rows'], count, along.extent, columns, first);
    }
    this.#move('rowNumbers', first);
    this.#byRow('rows', along, results.rows, rows);
    if (results.keys.length > 0) {
      this.#multiply(keyGradient, ['scoreGradient', 'query', 'keyGradient'], columns, depth.extent, count, first);
    }
    if (results.values.length > 0) {
      this.#multiply(valueGradient, ['scores', 'cotangent', 'valueGradient'], columns, width.extent, count, first);
    }
  }

  /** A product of two blocks into a third. */
  #multiply(
    product: FunctionBuilder | undefined,
    [a, b, c]: readonly [keyof Blocks, keyof Places, keyof Blocks],
    rows: Integer,
    columns: Integer,
    depth: Integer,
    first: Integer,
  ): void {
    const at = this.#at;
    if (depth === 0) this.#f.zero(at[c], this.#bytesOf(c));
    else if (columns !== 0 && product) this.#f.call(product, at[a], at[b], at[c], rows, columns, depth, first);
  }

  /** Stores what is a sum over all rows. */
  finish(): void {
    const { results, depth, width } = this.#plan;
    this.#whole('keyGradient', depth, results.keys);
    this.#whole('valueGradient', width, results.values);
  }

  /** Stores over all columns and what lies along them; expressions find a block's first row. */
  #whole(name: keyof Blocks, along: Axis, stores: readonly Store[]): void {
    if (stores.length === 0) return;
    this.#bindings[name].set(this.#at[name]);
    this.#apart(() => emitStores(this.#renderer, [this.#plan.column, along], stores));
  }

  /** Stores for each row. */
  #byRow(name: keyof Blocks, along: Axis, stores: readonly Store[], rows: BlockOfRows): void {
    if (stores.length === 0) return;
    this.#move(name, rows.first);
    this.#eachRow(stores, rows, () => emitStores(this.#renderer, [along], stores));
  }

  /** A store for each score, of those that rows see and a few more. */
  #overScores(name: keyof Blocks, store: Store, rows: BlockOfRows): void {
    const { kernel, column } = this.#plan;
    this.#move('scores', rows.first);
    this.#move(name, rows.first);
    this.#eachRow([store], rows, (row) => {
      if (!kernel.causal) {
        emitStores(this.#renderer, [column], [store]);
        return;
      }
      const seen = this.#f.i32(i32.add(row, 1));
      seen.set(i32.minU(seen, column.extent));
      this.#upTo(seen, store);
    });
  }

  /** The factor of all rows in one go, from a block of random words on. */
  #draw({ word, fours, along, store }: RunningFactor, { first, count }: BlockOfRows): void {
    const f = this.#f;
    const renderer = this.#renderer;
    const { kernel, row, column } = this.#plan;
    const inside = (axis: Axis, position: Value<'i32'>, body: () => void) =>
      renderer.within(axis.axis, position, plain, body);
    this.#bindings.factor.set(this.#at.factor);
    this.#apart(() => {
      const start = f.i32();
      inside(row, first, () => inside(column, i32.constant(0), () => start.set(renderer.integer(word))));
      const before = f.i32(i32.and(start, 3));
      this.#factor.set(i32.add(this.#at.factor, i32.mul(before, 4)));
      const end = f.i32(i32.add(before, i32.mul(count, kernel.columns)));
      inside(fours, f.i32(i32.shrU(start, 2)), () => {
        renderer.hoist([store.value], [store], along.axis);
        const position = f.i32();
        f.range(position, 0, end, 4 * runVectors, () => {
          renderer.within(along.axis, position, { vector: true, copies: runVectors }, () => renderer.storeAll([store]));
        });
      });
    });
  }

  /** A store along the columns, up to a vector beyond the end or less. */
  #upTo(end: Local<'i32'>, store: Store): void {
    const f = this.#f;
    const renderer = this.#renderer;
    const { column } = this.#plan;
    const [loop] = storeNest([column], [store], renderer.math.features) as [LoopAxis];
    const { copies } = loop;
    const whole = column.extent - (column.extent % (4 * copies || 1));
    const vectors = copies === 0 ? whole : column.extent - (column.extent % 4);
    renderer.hoist([store.value], [store], copies === 0 ? undefined : column.axis);
    const run = (from: number, to: Integer, step: number, lane: LoopLane): void => {
      const position = f.i32();
      f.range(position, from, to, step, () => {
        renderer.within(column.axis, position, lane, () => renderer.storeAll([store]));
      });
    };
    if (whole > 0) {
      run(0, f.i32(i32.minU(end, whole)), 4 * copies || 1, { vector: copies > 0, copies: Math.max(copies, 1) });
    }
    if (whole === column.extent) return;
    f.if(i32.ltU(whole, end), () => {
      if (whole < vectors) run(whole, vectors, 4, { vector: true, copies: 1 });
      if (vectors < column.extent) run(vectors, column.extent, 1, plain);
    });
  }

  /** The cotangent, and on the way what the derivatives of each row's scores are less by. */
  #stageCotangent(store: Store, rows: BlockOfRows): void {
    const f = this.#f;
    const renderer = this.#renderer;
    const { width, lessened } = this.#plan;
    const value = lessened as Expression;
    const axes = [{ ...width, copies: rowCopies([value], [store], width.axis, width.extent) }];
    const place = f.i32(this.#at.rowNumbers);
    this.#move('cotangent', rows.first);
    this.#eachRow([store], rows, () => {
      runPass(renderer, axes, [{ index: 0, reduction: { fn: 'sum', value } }], [store]);
      f.emit(v128.store32Lane(place, renderer.value(reduced('float32', 0)), 0));
      place.set(i32.add(place, 4));
    });
  }

  #eachRow(stores: readonly Store[], { first, last }: BlockOfRows, body: (row: Local<'i32'>) => void): void {
    const renderer = this.#renderer;
    const row = this.#f.i32();
    this.#apart(() => {
      renderer.hoist(
        stores.map((s) => s.value),
        stores,
        undefined,
      );
      this.#f.range(row, first, last, 1, () => {
        renderer.within(this.#plan.row.axis, row, plain, () => body(row));
      });
    });
  }

  #bytesOf(name: keyof Blocks): number {
    const { rows, pitch } = this.#plan.blocks[name];
    return rows * pitch * 4;
  }

  /** Moves a block's row 0 to where it would lie if the block began with the first of some rows. */
  #move(name: keyof Blocks, first: Local<'i32'>): void {
    const { pitch } = this.#plan.blocks[name];
    this.#bindings[name].set(i32.sub(this.#at[name], i32.mul(first, pitch * 4)));
  }

  /** What the body has computed is forgotten after it, because it may not run again where something else does. */
  #apart(body: () => void): void {
    this.#renderer.within(this.#plan.free.axis, i32.constant(0), plain, body);
  }
}

/** Rows that are in the blocks, and the columns that they see. */
interface BlockOfRows {
  readonly first: Local<'i32'>;
  readonly last: Local<'i32'>;
  readonly count: Local<'i32'>;
  readonly columns: Local<'i32'>;
}
