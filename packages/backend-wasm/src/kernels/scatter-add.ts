import { axis, type Expression, type ScatterAddKernel, strideAlong, weightedSum } from '@evenkeel/backend';
import { f32x4, i32, i32x4, v128 } from '../assembler/index.ts';
import type { Renderer } from '../renderer/renderer.ts';
import type { Features } from '../renderer/vector-math.ts';
import { KernelEmitter } from './kernel-emitter.ts';
import type { KernelModule } from './kernel-module.ts';
import { cutNest, type LoopAxis, runNest } from './nest.ts';
import type { SharedAxis } from './share.ts';
import { rowCopies, timeOf } from './vector-axis.ts';

const outerAxis = 0;
const lengthAxis = 1;
const innerAxis = 2;

/**
 * Zeros the output, then adds value after value in order; an index that is one for all of a row adds whole vectors.
 * Threads share blocks of the output or its columns, never the values of one element.
 */
export function emitScatterAdd(kernel: ScatterAddKernel, features: Features): KernelModule {
  const { outer, length, inner, size, index, value, output } = kernel;
  const emitter = new KernelEmitter(kernel, features, [index, value]);
  const perRow = strideAlong(index, innerAxis) === 0;
  const row = { axis: innerAxis, extent: inner, copies: perRow ? rowCopies([value], [], innerAxis, inner) : 0 };
  const work = outer * length * inner * timeOf({ values: [index, value], stores: [] });
  const along = cutNest([{ axis: outerAxis, extent: outer, copies: 0 }, row], work);
  emitter.phase({ work: outer * size * inner * 0.1 }, ({ f, renderer }) => {
    f.zero(renderer.base(output), outer * size * inner * 4);
  });
  emitter.phase({ work, along }, ({ renderer, shared }) => {
    addAll(renderer, kernel, row, shared);
  });
  return emitter.finish();
}

function addAll(renderer: Renderer, kernel: ScatterAddKernel, row: LoopAxis, shared: SharedAxis | undefined): void {
  const { f, math } = renderer;
  const { outer, length, inner, size, index, value, output } = kernel;
  const perRow = strideAlong(index, innerAxis) === 0;
  const axes = [
    { axis: outerAxis, extent: outer, copies: 0 },
    { axis: lengthAxis, extent: length, copies: 0 },
  ];
  const add = value.dtype === 'float32' ? f32x4.add : i32x4.add;
  const rowOffset = f.i32();

  /** Adds the value to the element whose position in its row is given, where the index is in range. */
  const addAt = (position: Expression): void => {
    const place = renderer.address(output, position);
    const target = f.i32(i32.add(place.base, rowOffset));
    renderer.eachCopy((copy) => {
      const offset = place.offset + copy * 16;
      const term = renderer.keep(value);
      if (renderer.scope.vectorAxis === undefined) {
        const sum = add(v128.load32Splat(target, offset), term);
        f.emit(v128.store32Lane(target, sum, 0, offset));
      } else {
        f.emit(v128.store(target, add(v128.load(target, offset), term), offset));
      }
    });
  };
  const guarded = (body: () => void): void => {
    const wanted = math.keep(renderer.value(index));
    const place = f.i32(i32x4.extract(wanted, 0));
    renderer.faults.note(i32x4.geU(wanted, math.int(size)), wanted, size);
    f.if(i32.ltU(place, size), () => {
      rowOffset.set(i32.mul(place, inner * 4));
      body();
    });
  };
  const position = weightedSum([axis(outerAxis), axis(innerAxis)], [size * inner, 1]);
  runNest(renderer, {
    axes: perRow ? axes : [...axes, row],
    values: [index, value],
    stores: [],
    shared,
    body: () =>
      guarded(() => {
        if (!perRow) {
          addAt(position);
          return;
        }
        runNest(renderer, { axes: [row], values: [value], stores: [], shared, body: () => addAt(position) });
      }),
  });
}
