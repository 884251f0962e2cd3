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
import { type AttentionPlan, even, planAttention } from './plan.ts';

/** Parts that there should be where a batch is small: blocks of its rows, each of which makes keys and values ready anew. */
const wantedParts = 16;
const leastRows = 96;

/**
 * Attention, forward or backward, as a module: block by block of rows their scores are made in scratch, become weights there, and are
 * multiplied again. Threads share the batch and, forward, the rows of a small one; backward the derivatives of keys and values are sums
 * over all rows.
 */
export function emitAttention(kernel: AttentionRoutine, features: Features): KernelModule {
  const plan = planAttention(kernel, features);
  const emitter = new KernelEmitter(kernel, features, rootsOf(plan));
  const places = reserveBlocks(emitter, plan);
  const functions = attentionFunctions(emitter, plan);
  const batches = sizeOfAxes(plan.batch);
  const chunkRows = kernel.routine === 'attention' ? rowsOfPart(plan, batches) : kernel.rows;
  const chunks = Math.ceil(kernel.rows / chunkRows);
  const work = workOf(plan);
  emitter.phase({ work, cut: cut(batches * chunks, 1, work) }, (context) => {
    if (work === 0) return;
    const { f, share } = context;
    const code = new AttentionEmitter(plan, functions, places, context);
    const made = f.i32(-1);
    overShare(f, share, batches * chunks, 1, (position) => {
      const batch = chunks === 1 ? position : f.i32(i32.divU(position, chunks));
      const start = (): void => {
        code.inBatch(batch, () => code.start());
        made.set(batch);
      };
      if (chunks === 1) start();
      else f.if(i32.ne(batch, made), start);
      code.inBatch(batch, () => {
        const first = f.i32(i32.mul(i32.sub(position, i32.mul(batch, chunks)), chunkRows));
        const end = f.i32(i32.add(first, chunkRows));
        code.rows(first, chunks === 1 ? f.i32(kernel.rows) : f.i32(i32.minU(end, kernel.rows)));
        code.finish();
      });
    });
  });
  return emitter.finish();
}

function rowsOfPart({ kernel: { rows }, blockRows }: AttentionPlan, batches: number): number {
  const chunks = Math.min(Math.ceil(wantedParts / batches), Math.floor(rows / leastRows));
  return chunks < 2 ? rows : even(Math.ceil(rows / chunks), blockRows);
}

/** Nanoseconds on one thread, roughly. */
function workOf({ kernel, batch, staged }: AttentionPlan): number {
  const { rows, columns, depth, width, causal } = kernel;
  const products = kernel.routine === 'attention' ? depth + width : 3 * depth + 2 * width;
  const computed = [staged.scores, staged.factor].filter((store) => store !== undefined);
  const time = products / 20 + 1 + timeOf({ values: computed.map((s) => s.value), stores: computed });
  return sizeOfAxes(batch) * rows * columns * time * (causal ? 0.6 : 1);
}

function rootsOf({ staged, results, lessened }: AttentionPlan): Expression[] {
  const stores = Object.values(staged).filter((store) => store !== undefined);
  return [
    ...storedParts([...stores, ...results.rows, ...results.keys, ...results.values]),
    ...(lessened ? [lessened] : []),
  ];
}
