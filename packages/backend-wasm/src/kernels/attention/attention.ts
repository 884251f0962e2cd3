import { type AttentionRoutine, type Expression, storedParts } from '@evenkeel/backend';
import { i32 } from '../../assembler/index.ts';
import type { Features } from '../../renderer/vector-math.ts';
import { sizeOfAxes } from '../contraction/axes.ts';
import { KernelEmitter } from '../kernel-emitter.ts';
import type { KernelModule } from '../kernel-module.ts';
import { cut, overShare } from '../share.ts';
import { timeOf } from '../vector-axis.ts';
import { AttentionEmitter, attentionFunctions } from './attention-emitter.ts';
import { reserveBlocks } from './places.ts';
import { type AttentionPlan, blockRows, even, planAttention } from './plan.ts';

/** Parts that there should be where a batch is small: some of its rows, for which keys and values are made ready anew. */
const wantedParts = 16;
const leastRows = 96;
// Nanoseconds, roughly.
const addTime = 0.2;

/**
 * Attention, forward or backward, as a module: block by block of rows their scores are made in scratch, become weights there, and are
 * multiplied again. Threads share the batch and the rows of a small one; backward each part of the rows then has sums of its own, which
 * are added in order.
 */
export function emitAttention(kernel: AttentionRoutine, features: Features): KernelModule {
  const plan = planAttention(kernel, features);
  const emitter = new KernelEmitter(kernel, features, rootsOf(plan));
  const batches = sizeOfAxes(plan.batch);
  if (batches === 0) {
    emitter.phase({ work: 0 }, () => {});
    return emitter.finish();
  }
  const partRows = rowsOfPart(kernel.rows, batches);
  const parts = Math.max(1, Math.ceil(kernel.rows / partRows));
  const isSummedLater = kernel.routine === 'attentionGradient' && parts > 1;
  const scratch = emitter.reserve(0, true);
  const places = reserveBlocks(emitter, plan, isSummedLater ? batches * parts : undefined);
  const functions = attentionFunctions(emitter, plan);
  const work = workOf(plan);
  emitter.phase({ work, cut: cut(batches * parts, 1, work) }, (context) => {
    const { f, share } = context;
    const code = new AttentionEmitter(plan, functions, places, context);
    // What lies beside the matrices is multiplied too, and not used: zeros, because other numbers may be slow.
    f.zero(context.at(scratch), emitter.reserve(0, true).offset);
    const ready = f.i32(-1);
    overShare(f, share, batches * parts, 1, (position) => {
      const batch = parts === 1 ? position : f.i32(i32.divU(position, parts));
      const start = (): void => {
        code.inBatch(batch, () => code.start());
        ready.set(batch);
      };
      if (parts === 1) start();
      else f.if(i32.ne(batch, ready), start);
      if (isSummedLater) code.choosePart(position);
      code.inBatch(batch, () => {
        code.clear();
        const first = f.i32(i32.mul(i32.sub(position, i32.mul(batch, parts)), partRows));
        const end = f.i32(i32.add(first, partRows));
        end.set(i32.minU(end, kernel.rows));
        if (kernel.rows > 0) code.rows(first, end);
        if (!isSummedLater) code.finish();
      });
    });
  });
  if (!isSummedLater) return emitter.finish();
  const { columns, depth, width } = kernel;
  const summing = batches * columns * (depth + width) * (parts + 1) * addTime;
  emitter.phase({ work: summing, cut: cut(batches, 1, summing) }, (context) => {
    const code = new AttentionEmitter(plan, functions, places, context);
    overShare(context.f, context.share, batches, 1, (batch) => {
      code.choosePart(context.f.i32(i32.mul(batch, parts)));
      code.addParts(parts);
      code.inBatch(batch, () => code.finish());
    });
  });
  return emitter.finish();
}

function rowsOfPart(rows: number, batches: number): number {
  const parts = Math.min(Math.ceil(wantedParts / batches), Math.floor(rows / leastRows));
  return parts < 2 ? Math.max(1, rows) : even(Math.ceil(rows / parts), blockRows);
}

/** Nanoseconds on one thread, roughly. */
function workOf({ kernel, batch, staged, running }: AttentionPlan): number {
  const { rows, columns, depth, width, causal } = kernel;
  const products = kernel.routine === 'attention' ? depth + width : 3 * depth + 2 * width;
  const computed = [staged.scores, staged.factor ?? running?.store].filter((store) => store !== undefined);
  const time = products / 20 + 1 + timeOf({ values: computed.map((s) => s.value), stores: computed });
  return sizeOfAxes(batch) * rows * columns * time * (causal ? 0.6 : 1);
}

function rootsOf({ staged, running, results, lessened }: AttentionPlan): Expression[] {
  const stores = [...Object.values(staged), running?.store].filter((store) => store !== undefined);
  return [
    ...storedParts([...stores, ...results.rows, ...results.keys, ...results.values]),
    ...(lessened ? [lessened] : []),
  ];
}
