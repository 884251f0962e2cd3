import {
  binary,
  constant,
  dependsOn,
  type Expression,
  type LoopKernel,
  load,
  type Reduction,
  type Store,
} from '@evenkeel/backend';
import { isBelowPeak, isFold, partsOf, reductionsOf, replacing } from '../renderer/graph.ts';
import { passesOf } from './passes.ts';
import { arithmeticCost, innerAxes, mathFunctions } from './vector-axis.ts';

/** A loop kernel as it is run. */
export interface LoopPlan {
  /** Its element stores are those that wait for the last reduction. */
  readonly kernel: LoopKernel;
  /** The reductions, by pass over the inner axes. */
  readonly passes: readonly (readonly number[])[];
  /** By pass of reductions: what is stored for each element while they run. */
  readonly early: readonly (readonly Store[])[];
}

/**
 * What is stored for each element does not always need all reductions: then it is stored during a pass, the one that
 * computes the same costly value if there is one, and read back by later passes where it takes long to compute. And where
 * the passes and their one element store need a long value (the exponential of a softmax, a gradient that was not let
 * through everywhere), that value waits in the store's place instead of being computed again. Beside other stores only a costly one does,
 * such as a random number.
 */
export function planLoop(kernel: LoopKernel): LoopPlan {
  const passes = passesOf(kernel);
  const computed = passes.map((pass) => partsOf(pass.map((i) => kernel.reductions[i]?.value as Expression)));
  const passOf = new Map(passes.flatMap((pass, p) => pass.map((i) => [i, p] as const)));
  const early = passes.map((): Store[] => []);
  const late: Store[] = [];
  for (const store of kernel.elementStores) {
    const first = firstPass(store, passOf);
    // What is added to a column's sum is computed for the last of them anyway, or read.
    if (first >= passes.length || store.binding >= kernel.bindings.length) {
      late.push(store);
      continue;
    }
    const costly = [...partsOf([store.value])].filter(isCostly);
    const shared = computed.findIndex((parts, p) => p >= first && costly.some((part) => parts.has(part)));
    early[shared < 0 ? first : shared]?.push(store);
  }
  const readBack = readBackBefore(kernel, early);
  const planned = {
    passes,
    early: early.map((stores, p) => stores.map((s) => ({ ...s, value: readBack(s.value, p) }))),
    kernel: {
      ...kernel,
      reductions: kernel.reductions.map((reduction, i) => ({
        ...reduction,
        value: readBack(reduction.value, passOf.get(i) as number),
      })),
      elementStores: late.map((store) => ({ ...store, value: readBack(store.value, passes.length) })),
    },
  };
  return withWaitingValue(planned, passOf, kernel.elementStores.length > 1);
}

// A value of fewer instructions is computed again rather than read.
const leastReadBack = 6;

/** An expression of a pass with what earlier passes have stored read back, where that is less work. */
function readBackBefore(kernel: LoopKernel, early: readonly (readonly Store[])[]) {
  const stored = early.map((stores) =>
    stores.filter(({ value }) => value.dtype === 'float32' && isLong(kernel, value)),
  );
  const byPass = [...early, []].map((_, pass) => {
    const before = stored.slice(0, pass).flat();
    return replacing((part) => {
      const place = before.find(({ value }) => value === part);
      return place && load('float32', place.binding, place.index);
    });
  });
  return (e: Expression, pass: number): Expression => (byPass[pass] as (typeof byPass)[number])(e);
}

/** The first pass in which all reductions that a store needs are known. */
function firstPass({ value, index }: Store, passOf: ReadonlyMap<number, number>): number {
  const needed = reductionsOf(value) | reductionsOf(index);
  let first = 0;
  for (const [reduction, pass] of passOf) if ((needed >>> reduction) & 1) first = Math.max(first, pass + 1);
  return first;
}

/**
 * The plan with a long value kept in the place of the one element store, from the pass that computes it until the store; where there are
 * several, a costly one in the place of one that comes after all passes.
 */
function withWaitingValue(plan: LoopPlan, passOf: ReadonlyMap<number, number>, isOneOfSeveral: boolean): LoopPlan {
  const { kernel, passes, early } = plan;
  const storing = isOneOfSeveral ? -1 : early.findIndex(({ length }) => length > 0);
  const store = early[storing]?.[0] ?? kernel.elementStores[0];
  if (!store) return plan;
  const isWorthIt = (e: Expression): boolean => isCostly(e) || (!isOneOfSeveral && isLong(kernel, e));
  const last = storing < 0 ? passes.length : storing;
  const inner = kernel.inner.map((_, i) => kernel.outer.length + i);
  const hasOwnPlaces = inner.every((a) => dependsOn(store.index, a)) && reductionsOf(store.index) === 0;
  const isFree = kernel.bindings[store.binding]?.dtype === 'float32' && !readsBinding(kernel, store.binding);
  if (!hasOwnPlaces || !isFree) return plan;
  const values = passes.map((pass) => pass.map((i) => (kernel.reductions[i] as Reduction).value));
  for (const [p, pass] of values.slice(0, last).entries()) {
    const computed = partsOf(pass);
    const needed = isOneOfSeveral ? kernel.elementStores.map((each) => each.value) : [store.value];
    const value = [...partsOf([...needed, ...values.slice(p + 1, last + 1).flat()])].find(
      (e) => computed.has(e) && e.dtype === 'float32' && inner.some((a) => dependsOn(e, a)) && isWorthIt(e),
    );
    if (!value) continue;
    const waiting = load('float32', store.binding, store.index);
    // The sum of a softmax's row is at least 1, so its inverse is a normal float; multiplying by it is within 1.5 ulp.
    const isWeight = value.kind === 'unary' && value.fn === 'exp' && isBelowPeak(value.a, kernel);
    const again = replacing((e) => {
      if (e === value) return waiting;
      if (!isWeight || e.kind !== 'binary' || e.fn !== 'div' || e.a !== value) return undefined;
      return isFold(e.b, 'sum', value, kernel)
        ? binary('mul', waiting, binary('div', constant('float32', 1), e.b))
        : undefined;
    });
    const after = <Part extends { readonly value: Expression }>(part: Part) => ({ ...part, value: again(part.value) });
    // After the store there is something else in its place.
    const isWaiting = (pass: number): boolean => pass > p && pass <= last;
    const reductions = kernel.reductions.map((r, i) => (isWaiting(passOf.get(i) as number) ? after(r) : r));
    return {
      passes,
      early: early.map((stores, q) =>
        q < p ? stores : q > p ? stores.map(after) : [...(isOneOfSeveral ? stores : []), { ...store, value }],
      ),
      kernel: { ...kernel, reductions, elementStores: kernel.elementStores.map(after) },
    };
  }
  return plan;
}

/** Whether computing a value for an element takes longer than reading it. */
function isLong(kernel: LoopKernel, value: Expression): boolean {
  return isCostly(value) || arithmeticCost([value], innerAxes(kernel)) >= leastReadBack;
}

function isCostly(e: Expression): boolean {
  return [...partsOf([e])].some((part) => part.kind === 'random' || ('fn' in part && mathFunctions.has(part.fn)));
}

function readsBinding({ reductions, stores, elementStores }: LoopKernel, binding: number): boolean {
  const values = [...reductions, ...stores, ...elementStores].map(({ value }) => value);
  return [...partsOf(values)].some((e) => e.kind === 'load' && e.binding === binding);
}
