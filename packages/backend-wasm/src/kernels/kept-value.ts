import { dependsOn, type Expression, type LoopKernel, load, type Store } from '@evenkeel/backend';
import { partsOf, replaceParts } from '../renderer/graph.ts';
import { mathFunctions, passesOf } from './vector-axis.ts';

/** A loop kernel as it is run: `kept` is stored during the last pass of reductions. */
export interface LoopPlan {
  readonly kernel: LoopKernel;
  readonly kept: Store | undefined;
}

/**
 * Where the one element store needs a costly value that the last reductions have computed already (the exponential of a
 * softmax), that value waits in the store's place instead of being computed twice.
 */
export function planLoop(kernel: LoopKernel): LoopPlan {
  const none = { kernel, kept: undefined };
  const [store, another] = kernel.elementStores;
  const lastPass = passesOf(kernel).pop();
  if (!store || another || !lastPass || kernel.bindings[store.binding]?.dtype !== 'float32') {
    return none;
  }
  const computed = partsOf(lastPass.map((i) => kernel.reductions[i]?.value as Expression));
  const variesInside = (e: Expression): boolean => kernel.inner.some((_, i) => dependsOn(e, kernel.outer.length + i));
  const value = [...partsOf([store.value])].find(
    (e) => computed.has(e) && e.dtype === 'float32' && variesInside(e) && isCostly(e),
  );
  // Once its place is taken, the output must not be read as anything else, not even through an input in the same memory.
  if (!value || !variesInside(store.index) || readsBinding(kernel, store.binding)) return none;
  const waiting = load('float32', store.binding, store.index);
  const rest = replaceParts(store.value, (e) => (e === value ? waiting : undefined), new Map());
  for (const e of partsOf([rest])) {
    if (e.kind === 'load' && e !== waiting && variesInside(e)) return none;
  }
  return {
    kernel: { ...kernel, elementStores: [{ ...store, value: rest }] },
    kept: { ...store, value },
  };
}

function isCostly(e: Expression): boolean {
  for (const part of partsOf([e])) {
    if ((part.kind === 'unary' || part.kind === 'binary') && mathFunctions.has(part.fn)) return true;
  }
  return false;
}

function readsBinding(kernel: LoopKernel, binding: number): boolean {
  const values = [
    ...kernel.reductions.map((r) => r.value),
    ...[...kernel.stores, ...kernel.elementStores].map((s) => s.value),
  ];
  for (const e of partsOf(values)) if (e.kind === 'load' && e.binding === binding) return true;
  return false;
}
