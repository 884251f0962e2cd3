import { type ContractionKernel, type Expression, storedParts } from '@evenkeel/backend';
import { f32x4, i32, type Local, type Value, v128 } from '../../assembler/index.ts';
import type { Features } from '../../renderer/vector-math.ts';
import { KernelEmitter } from '../kernel-emitter.ts';
import type { KernelModule } from '../kernel-module.ts';
import { cutNest } from '../nest.ts';
import { bounds, cut, overShare } from '../share.ts';
import { timeOf } from '../vector-axis.ts';
import { sizeOfAxes } from './axes.ts';
import { divide } from './division.ts';
import { registerTile } from './micro-kernel.ts';
import { emitStores, type Operand, storeNest } from './operand.ts';
import { isPackedBefore, isReadyBefore, layOut } from './places.ts';
import { type ContractionPlan, planContraction } from './plan.ts';
import { type Contraction, ProductEmitter, productFunctions } from './product-emitter.ts';

// Nanoseconds for one element, roughly.
const packTime = 0.5;
const addTime = 0.2;

/**
 * A contraction as a module: operands are read where they lie or packed, the product is made in register tiles. What
 * threads share is cut by batch index, rows, columns, or groups of turns; what all of them read is made ready before.
 */
export function emitContraction(kernel: ContractionKernel, features: Features): KernelModule {
  const own = kernel.bindings.length;
  const scratch = {
    sums: own,
    left: { values: own + 1, grid: own + 2 },
    right: { values: own + 3, grid: own + 4 },
  };
  const plan = planContraction(kernel, scratch, registerTile(features).columns);
  const division = divide(plan, features);
  const emitter = new KernelEmitter(kernel, features, rootsOf(plan));
  const places = layOut(emitter, plan, division, features);
  const contraction = { emitter, plan, division, places, functions: productFunctions(emitter, plan) };
  if (division.by === 'nothing') {
    emitUndivided(contraction);
  } else {
    emitReady(contraction);
    if (division.by === 'batch') emitByBatch(contraction);
    else if (division.by === 'turns') emitByTurns(contraction);
    else emitByRowsOrColumns(contraction);
  }
  return emitter.finish();
}

function emitUndivided(contraction: Contraction): void {
  const { emitter, plan, division } = contraction;
  emitter.phase({ work: division.work }, (context) => {
    const code = new ProductEmitter(contraction, context);
    for (const operand of [plan.left, plan.right]) if (operand.isShared) code.compute(operand);
    if (plan.right.isShared) code.pack();
    code.over(plan.batch, () => batchIndex(contraction, code));
  });
}

/** The product for one batch index. */
function batchIndex({ plan, places }: Contraction, code: ProductEmitter): void {
  const { turns, rows, pitch } = plan;
  const total = places.total && code.at(places.total);
  if (total) code.renderer.f.zero(total, rows * pitch * 4);
  code.over(turns, () => code.turn(total));
  if (total) code.finishRows(total, 0, rows);
}

/** The phases that make ready what all parts of the product read. */
function emitReady(contraction: Contraction): void {
  const { emitter, plan, division, functions } = contraction;
  const { left, right, batch, columns, depth, pitch } = plan;
  // Unless it is the batch that is cut, there is one batch index.
  const inBatch = (code: ProductEmitter, body: () => void): void => {
    if (division.by === 'batch') body();
    else code.over(batch, body);
  };
  const compute = ({ computed }: Operand): void => {
    for (const { store, axes, elements } of computed?.stages ?? []) {
      const work = elements * timeOf({ values: [store.value], stores: [store] });
      const along = cutNest(storeNest(axes, [store], emitter.features), work);
      emitter.phase({ work, along }, (context) => {
        const code = new ProductEmitter(contraction, context);
        inBatch(code, () => emitStores(code.renderer, axes, [store], context.shared));
      });
    }
  };
  if (isReadyBefore(division, left)) compute(left);
  if (!isReadyBefore(division, right)) return;
  compute(right);
  if (!functions.packRight || !isPackedBefore(division, plan)) return;
  const work = columns * depth * packTime;
  const { columns: panel } = registerTile(emitter.features);
  const panels = cut(pitch / panel, panel, work);
  emitter.phase({ work, cut: panels }, (context) => {
    const code = new ProductEmitter(contraction, context);
    inBatch(code, () => code.pack(context.share));
  });
}

function emitByBatch(contraction: Contraction): void {
  const { emitter, plan, division } = contraction;
  const batches = sizeOfAxes(plan.batch);
  emitter.phase(division, (context) => {
    const code = new ProductEmitter(contraction, context);
    overShare(context.f, context.share, batches, 1, (position) => {
      code.within(plan.batch, position, () => batchIndex(contraction, code));
    });
  });
}

function emitByRowsOrColumns(contraction: Contraction): void {
  const { emitter, plan, division, places } = contraction;
  const { batch, rows, method } = plan;
  emitter.phase({ ...division, isWhole: method === 'packed' }, (context) => {
    const code = new ProductEmitter(contraction, context);
    code.over(batch, () => code.turn(undefined, context.share));
  });
  if (division.by === 'rows' || method === 'packed' || !places.sums) return;
  emitter.phase({ work: rows * plan.columns * addTime }, (context) => {
    const code = new ProductEmitter(contraction, context);
    code.over(batch, () => code.finishRows(code.at(places.sums), 0, rows));
  });
}

/** Each group of turns is added up on its own, so that the order of additions is the same on any number of threads. */
function emitByTurns(contraction: Contraction): void {
  const { emitter, plan, division, places } = contraction;
  const { batch, turns, rows, pitch } = plan;
  const { groupTurns, cut: groups } = division;
  const groupBytes = rows * pitch * 4;
  emitter.phase(division, (context) => {
    const code = new ProductEmitter(contraction, context);
    const { f, share } = context;
    code.over(batch, () => {
      overShare(f, share, groups.parts, 1, (group) => {
        const place = i32.add(code.at(places.total), i32.mul(group, groupBytes));
        const total = f.i32(place);
        f.zero(total, groupBytes);
        const start = f.i32(i32.mul(group, groupTurns));
        const end = f.i32(i32.add(start, groupTurns));
        end.set(i32.minU(end, sizeOfAxes(turns)));
        const turn = f.i32();
        f.range(turn, start, end, 1, () => code.within(turns, turn, () => code.turn(total)));
      });
    });
  });
  const work = rows * pitch * (groups.parts + 1) * addTime;
  emitter.phase({ work, cut: cut(rows, 1, work) }, (context) => {
    const code = new ProductEmitter(contraction, context);
    const { f, share } = context;
    const [first, end] = share ? bounds(f, share, rows) : [0, rows];
    const total = code.at(places.total);
    const sums = f.i32(i32.add(total, i32.mul(first, pitch * 4)));
    addGroups(contraction, code, sums, i32.mul(i32.sub(end, first), pitch * 4));
    code.over(batch, () => code.finishRows(sums, first, end));
  });
}

/** Adds, in order, what the groups behind the first have at the same place. */
function addGroups(
  { plan, division }: Contraction,
  code: ProductEmitter,
  sums: Local<'i32'>,
  bytes: Value<'i32'>,
): void {
  const { f } = code.renderer;
  const groupBytes = plan.rows * plan.pitch * 4;
  const place = f.i32();
  f.range(place, sums, f.i32(i32.add(sums, bytes)), 16, () => {
    let sum = v128.load(place);
    for (let group = 1; group < division.cut.parts; group++) sum = f32x4.add(sum, v128.load(place, group * groupBytes));
    f.emit(v128.store(place, sum));
  });
}

function rootsOf(plan: ContractionPlan): Expression[] {
  const computed = [plan.left, plan.right].flatMap(({ computed: c }) => c?.stages.map((stage) => stage.store) ?? []);
  return storedParts([...computed, ...plan.stores]);
}
