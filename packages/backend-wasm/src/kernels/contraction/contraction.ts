import type { ContractionKernel, Expression } from '@evenkeel/backend';
import { type FunctionBuilder, i32, type Local, type ModuleBuilder, type Value } from '../../assembler/index.ts';
import { placeAt } from '../../renderer/addresses.ts';
import { Renderer } from '../../renderer/renderer.ts';
import type { Features } from '../../renderer/vector-math.ts';
import { faultAddress, type KernelModule, parameterTypes } from '../kernel-module.ts';
import { runNest } from '../nest.ts';
import type { Axis, MatrixView } from './axes.ts';
import { emitDirectProduct, emitDotProducts } from './direct.ts';
import { emitOperand, emitStores, type Operand } from './operand.ts';
import { emitPacker } from './pack.ts';
import { emitPackedProduct, packedColumns, packedTile } from './packed.ts';
import { type ContractionPlan, planContraction } from './plan.ts';

// A packed block of a, which is read again for every panel of b, should stay in the L2 cache.
const blockElements = 32 * 1024;
const blockRows = 252;
const blockDepth = 512;
// A block of sums on its way to the stores should too.
const sumElements = 48 * 1024;

/** A contraction as a module: operands are read where they lie or packed, the product is made in register tiles. */
export function emitContraction(builder: ModuleBuilder, kernel: ContractionKernel, features: Features): KernelModule {
  const own = kernel.bindings.length;
  const scratch = {
    sums: own,
    left: { values: own + 1, grid: own + 2 },
    right: { values: own + 3, grid: own + 4 },
  };
  const plan = planContraction(kernel, scratch);
  const f = builder.function([...parameterTypes(kernel), 'i32']);
  const emitter = new ContractionEmitter(builder, f, kernel, plan, features);
  emitter.emit();
  return {
    bytes: builder.finish(f),
    workspaceBytes: emitter.workspaceBytes,
    reportsFaults: emitter.renderer.faults.used,
  };
}

class ContractionEmitter {
  readonly renderer: Renderer;
  readonly #builder: ModuleBuilder;
  readonly #f: FunctionBuilder;
  readonly #plan: ContractionPlan;
  readonly #features: Features;
  readonly #workspace: Local<'i32'>;
  /** Where row 0 of the sums would lie in the scratch block. */
  readonly #sums: Local<'i32'>;
  /** Where b lies, packed or not. */
  readonly #right: Local<'i32'>;
  /** All sums, where products are added up over several turns. */
  readonly #total: Local<'i32'> | undefined;
  #used = 0;

  constructor(
    builder: ModuleBuilder,
    f: FunctionBuilder,
    kernel: ContractionKernel,
    plan: ContractionPlan,
    features: Features,
  ) {
    const bindings = kernel.bindings.length;
    this.#builder = builder;
    this.#f = f;
    this.#plan = plan;
    this.#features = features;
    this.#workspace = f.parameter(bindings + kernel.arguments.length);
    this.#sums = f.i32();
    this.#right = f.i32();
    const { left, right, rows, pitch, turns } = plan;
    this.#total = turns.length > 0 ? this.#reserve(rows * pitch) : undefined;
    const computed = [left, right].flatMap((o) => this.#scratchOf(o));
    this.renderer = new Renderer({
      f,
      features,
      bases: [...kernel.bindings.map((_, i) => f.parameter<'i32'>(i)), this.#sums, ...computed],
      dtypes: [...kernel.bindings.map((b) => b.dtype), ...Array.from({ length: 5 }, () => 'float32' as const)],
      arguments: kernel.arguments.map((_, i) => f.parameter(bindings + i)),
      argumentTypes: kernel.arguments,
      faultAddress,
      roots: rootsOf(plan),
    });
  }

  get workspaceBytes(): number {
    return Math.max(this.#used, 64);
  }

  emit(): void {
    const { batch, turns, left, right, rows, pitch } = this.#plan;
    const prepareRight = this.#rightSide();
    if (left.isShared) this.#compute(left);
    if (right.isShared) prepareRight();
    const product = this.#product();
    const total = this.#total;
    this.#over(batch, () => {
      if (total) this.#f.zero(total, i32.constant(rows * pitch * 4));
      this.#over(turns, () => {
        if (!left.isShared) this.#compute(left);
        if (!right.isShared) prepareRight();
        product();
      });
      if (total) this.#finishRows(total, i32.constant(0), i32.constant(rows));
    });
    this.renderer.faults.report();
  }

  #over(axes: readonly Axis[], body: () => void): void {
    const plain = axes.map(({ axis, extent }) => ({ axis, extent, copies: 0 }));
    runNest(this.renderer, { axes: plain, values: [], stores: [], body });
  }

  /** A part of the workspace, from a cache line on. */
  #reserve(elements: number): Local<'i32'> {
    const start = this.#used;
    this.#used += Math.ceil((elements * 4) / 64) * 64;
    return this.#f.i32(i32.add(this.#workspace, i32.constant(start)));
  }

  /** Where an operand's values lie, and its grid. */
  #scratchOf({ computed }: Operand): [Local<'i32'>, Local<'i32'>] {
    const stages = computed?.stages ?? [];
    const [values, grid] = [stages.at(-1), stages.length > 1 ? stages[0] : undefined];
    return [this.#reserve(values?.elements ?? 0), this.#reserve(grid?.elements ?? 0)];
  }

  #compute({ computed }: Operand): void {
    if (computed) emitOperand(this.renderer, computed);
  }

  #start(view: MatrixView): Local<'i32'> {
    const address = this.renderer.address(view.binding, view.start, 0);
    const [base, offset] = placeAt(address, 0);
    return this.#f.i32(i32.add(base, i32.constant(offset)));
  }

  /** Makes b ready and sets where it lies. */
  #rightSide(): () => void {
    const { right, method, columns, depth } = this.#plan;
    const { view } = right;
    const pointer = this.#right;
    if (method === 'direct' || method === 'dot') {
      return () => {
        this.#compute(right);
        pointer.set(this.#start(view));
      };
    }
    const packer = emitPacker(this.#builder, packedColumns, view.rowStride, view.columnStride);
    const packed = this.#reserve(Math.ceil(columns / packedColumns) * packedColumns * depth);
    const blocks = method === 'packed' ? depthBlocks(depth) : [depth];
    const pitch = Math.ceil(columns / packedColumns) * packedColumns;
    return () => {
      this.#compute(right);
      const source = this.#start(view);
      let from = 0;
      for (const size of blocks) {
        this.#f.call(
          packer,
          i32.add(source, i32.constant(from * view.columnStride * 4)),
          i32.add(packed, i32.constant(from * pitch * 4)),
          i32.constant(columns),
          i32.constant(size),
        );
        from += size;
      }
      pointer.set(packed);
    };
  }

  #product(): () => void {
    return this.#plan.method === 'packed' ? this.#packedProduct() : this.#directProduct();
  }

  #directProduct(): () => void {
    const { rows, columns, depth, left, right, method, output, pitch } = this.#plan;
    const total = this.#total;
    const isWhole = output !== undefined || total !== undefined;
    const block = isWhole ? rows : evenBlock(rows, sumElements / pitch, 12);
    const sums = isWhole ? undefined : this.#reserve(block * pitch);
    const cRowBytes = (output ? output.rowStride : pitch) * 4;
    const part = (a: Value<'i32'>, c: Value<'i32'>, count: number): void => {
      const product = {
        rows: count,
        columns,
        depth,
        a,
        aRowBytes: left.view.rowStride * 4,
        aStepBytes: left.view.columnStride * 4,
        b: this.#right,
        c,
        cRowBytes,
        isPadded: !output,
        accumulates: total !== undefined,
      };
      const { math } = this.renderer;
      if (method === 'dot') emitDotProducts(math, product, right.view.rowStride * 4);
      else if (method === 'panels') emitDirectProduct(math, product, { kind: 'panels' });
      else emitDirectProduct(math, product, { kind: 'rows', stepBytes: right.view.columnStride * 4 });
    };
    return () => {
      const a = this.#start(left.view);
      if (!sums) {
        part(a, total ?? this.#start(output as MatrixView), rows);
        return;
      }
      const piece = (first: Value<'i32'>, count: number): void => {
        const from = i32.mul(first, i32.constant(left.view.rowStride * 4));
        part(this.#f.i32(i32.add(a, from)), sums, count);
        this.#finishRows(sums, first, i32.add(first, i32.constant(count)));
      };
      const whole = rows - (rows % block);
      if (whole > 0) {
        const first = this.#f.i32();
        this.#f.range(first, i32.constant(0), i32.constant(whole), block, () => piece(first, block));
      }
      if (rows > whole) piece(i32.constant(whole), rows - whole);
    };
  }

  #packedProduct(): () => void {
    const { rows, columns, depth, left, output, pitch } = this.#plan;
    const { view } = left;
    const tile = packedTile(this.renderer.math);
    const blocks = depthBlocks(depth);
    const deepest = Math.max(...blocks);
    const most = Math.min(blockRows, blockElements / deepest, output || this.#total ? Infinity : sumElements / pitch);
    const block = evenBlock(rows, most, tile.rows);
    const packed = this.#reserve(block * deepest);
    const total = this.#total;
    const isWhole = output !== undefined || total !== undefined;
    const sums = total ?? this.#reserve(output ? 0 : block * pitch);
    const edge = this.#reserve(tile.rows * packedColumns);
    const packer = emitPacker(this.#builder, tile.rows, view.rowStride, view.columnStride);
    const pitchBytes = (output ? output.rowStride : pitch) * 4;
    const multiply = emitPackedProduct(this.#builder, this.#features, pitchBytes, !output);
    const width = Math.ceil(columns / packedColumns) * packedColumns;
    const f = this.#f;
    return () => {
      const a = this.#start(view);
      const c = output ? this.#start(output) : sums;
      const b = this.#right;
      const first = f.i32();
      f.range(first, i32.constant(0), i32.constant(rows), block, () => {
        const end = f.i32(i32.add(first, i32.constant(block)));
        end.set(i32.minU(end, i32.constant(rows)));
        const count = f.i32(i32.sub(end, first));
        const source = f.i32(i32.add(a, i32.mul(first, i32.constant(view.rowStride * 4))));
        const target = isWhole ? f.i32(i32.add(c, i32.mul(first, i32.constant(pitchBytes)))) : sums;
        let from = 0;
        for (const size of blocks) {
          const depthOffset = i32.constant(from * view.columnStride * 4);
          f.call(packer, i32.add(source, depthOffset), packed, count, i32.constant(size));
          f.call(
            multiply,
            packed,
            i32.add(b, i32.constant(from * width * 4)),
            target,
            count,
            i32.constant(columns),
            i32.constant(size),
            i32.constant(from > 0 || total ? 1 : 0),
            edge,
          );
          from += size;
        }
        if (!isWhole) this.#finishRows(sums, first, end);
      });
    };
  }

  /** The stores for some rows, whose sums are in the scratch block. */
  #finishRows(block: Local<'i32'>, first: Value<'i32'>, end: Value<'i32'>): void {
    const { rowAxes, columnAxes, stores, pitch } = this.#plan;
    const { renderer } = this;
    const f = this.#f;
    this.#sums.set(i32.sub(block, i32.mul(first, i32.constant(pitch * 4))));
    const values = stores.map((s) => s.value);
    renderer.hoist(values, stores, undefined);
    const row = f.i32();
    const within = (axes: typeof rowAxes, inside: number): void => {
      const last = axes[axes.length - 1];
      if (!last) {
        emitStores(renderer, columnAxes, stores);
        return;
      }
      const quotient = inside === 1 ? row : f.i32(i32.divS(row, i32.constant(inside)));
      const position = axes.length === 1 ? quotient : f.i32(i32.remS(quotient, i32.constant(last.extent)));
      renderer.within(last.axis, position, { vector: false, copies: 1 }, () =>
        within(axes.slice(0, -1), inside * last.extent),
      );
    };
    f.range(row, first, end, 1, () => within(rowAxes, 1));
  }
}

/** k in blocks of about equal size, a multiple of four but for the last. */
function depthBlocks(depth: number): number[] {
  const count = Math.ceil(depth / blockDepth);
  const size = Math.ceil(depth / count / 4) * 4;
  const blocks: number[] = [];
  for (let from = 0; from < depth; from += size) blocks.push(Math.min(size, depth - from));
  return blocks;
}

/** Rows in blocks of about equal size, at most so many, a multiple of the tile's rows. */
function evenBlock(rows: number, most: number, multiple: number): number {
  const limit = Math.max(multiple, Math.floor(most / multiple) * multiple);
  if (rows <= limit) return Math.ceil(rows / multiple) * multiple;
  const count = Math.ceil(rows / limit);
  return Math.ceil(rows / count / multiple) * multiple;
}

function rootsOf(plan: ContractionPlan): Expression[] {
  const computed = [plan.left, plan.right].flatMap(({ computed: c }) => c?.stages.map((stage) => stage.store) ?? []);
  return [...computed, ...plan.stores].flatMap((s) => [s.index, s.value]);
}
