import type { Expression, Store } from '@evenkeel/backend';
import { i32, i32x4, type Local, type Value, v128 } from '../assembler/index.ts';
import { placeAt } from './addresses.ts';
import type { Renderer } from './renderer.ts';
import type { Vector } from './vector-math.ts';

type Load = Expression & { kind: 'load' };
type Place = [Value<'i32'>, number];

/** The elements of a load as a vector; how depends on the stride from lane to lane. */
export function loadVector(renderer: Renderer, e: Load): Vector {
  const raw = e.guard ? guardedLoad(renderer, e, e.guard) : plainLoad(renderer, e);
  return renderer.dtypes[e.binding] === 'bool' ? i32x4.ne(raw, renderer.math.int(0)) : raw;
}

function plainLoad(renderer: Renderer, e: Load): Vector {
  const stride = renderer.strideOf(e.index);
  if (stride === 0 || stride === 1) return readWhole(renderer, e, stride);
  if (stride === -1) {
    const address = renderer.address(e.binding, e.index, stride);
    const reversed = renderer.math.keep(v128.load(...placeAt(address, -12)));
    return v128.shuffle(reversed, reversed, [3, 2, 1, 0]);
  }
  const places = lanePlaces(renderer, e.binding, e.index, stride);
  let gathered: Vector = v128.load32Splat(...(places[0] as Place));
  for (let lane = 1; lane < 4; lane++) {
    const [base, offset] = places[lane] as Place;
    gathered = v128.load32Lane(base, gathered, lane, offset);
  }
  return gathered;
}

function readWhole(renderer: Renderer, e: Load, stride: 0 | 1): Vector {
  const place = placeAt(renderer.address(e.binding, e.index, stride), 0);
  return stride === 1 ? v128.load(...place) : v128.load32Splat(...place);
}

/** Where the guard is false no memory is touched, because the address may be anywhere. */
function guardedLoad(renderer: Renderer, e: Load, guard: Expression): Vector {
  const { f, math } = renderer;
  const mask = math.keep(renderer.value(guard));
  const result = math.keep(math.int(0));
  const stride = renderer.strideOf(e.index);
  if (stride === 0) {
    const whole = readWhole(renderer, e, 0);
    f.if(v128.anyTrue(mask), () => result.set(v128.and(whole, mask)));
    return result;
  }
  const whole = stride === 1 ? readWhole(renderer, e, 1) : undefined;
  const places = lanePlaces(renderer, e.binding, e.index, stride);
  const byLane = (): void => readLanes(renderer, mask, result, places);
  if (whole) f.if(i32x4.allTrue(mask), () => result.set(whole), byLane);
  else byLane();
  return result;
}

function readLanes(renderer: Renderer, mask: Vector, result: Local<'v128'>, places: readonly Place[]): void {
  places.forEach(([base, offset], lane) => {
    renderer.f.if(i32x4.extract(mask, lane), () => {
      result.set(v128.load32Lane(base, result, lane, offset));
    });
  });
}

/** The place of each lane's element. */
function lanePlaces(renderer: Renderer, binding: number, index: Expression, stride: number | undefined): Place[] {
  if (stride !== undefined) {
    const address = renderer.address(binding, index, stride);
    return [0, 1, 2, 3].map((lane) => placeAt(address, lane * stride * 4));
  }
  const bytes = renderer.math.keep(i32x4.shl(renderer.value(index), i32.constant(2)));
  return [0, 1, 2, 3].map((lane) => [i32.add(renderer.base(binding), i32x4.extract(bytes, lane)), 0]);
}

/** Writes a vector's lanes: all of them in a vector loop, one elsewhere. */
export function storeVector(renderer: Renderer, store: Store, value: Vector): void {
  const { f, math, scope } = renderer;
  const isBool = renderer.dtypes[store.binding] === 'bool';
  const stored = isBool ? math.keep(v128.and(value, math.int(1))) : value;
  const stride = renderer.strideOf(store.index);
  if (scope.vectorAxis === undefined) {
    const [base, offset] = placeAt(renderer.address(store.binding, store.index, 0), 0);
    f.emit(v128.store32Lane(base, stored, 0, offset));
  } else if (stride === 1) {
    const [base, offset] = placeAt(renderer.address(store.binding, store.index, 1), 0);
    f.emit(v128.store(base, stored, offset));
  } else {
    lanePlaces(renderer, store.binding, store.index, stride).forEach(([base, offset], lane) => {
      f.emit(v128.store32Lane(base, stored, lane, offset));
    });
  }
}
