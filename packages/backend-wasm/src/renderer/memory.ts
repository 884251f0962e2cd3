import type { Expression, Store } from '@evenkeel/backend';
import { i32, i32x4, type Local, type Value, v128 } from '../assembler/index.ts';
import { placeAt } from './addresses.ts';
import { areNeighbors, type Lanes, mapLanes } from './lanes.ts';
import type { Renderer } from './renderer.ts';
import type { Vector } from './vector-math.ts';

type Load = Expression & { kind: 'load' };
type Place = [Value<'i32'>, number];

/** The elements of a load as a vector; how depends on where the lanes lie. */
export function loadVector(renderer: Renderer, e: Load): Vector {
  const raw = e.guard ? guardedLoad(renderer, e, e.guard) : plainLoad(renderer, e);
  return renderer.dtypes[e.binding] === 'bool' ? i32x4.ne(raw, renderer.math.int(0)) : raw;
}

function plainLoad(renderer: Renderer, e: Load): Vector {
  const lanes = renderer.lanesOf(e.index);
  const whole = lanes && wholeRead(renderer, e, lanes);
  if (whole) return whole();
  const places = lanePlaces(renderer, e.binding, e.index, lanes);
  let gathered: Vector = v128.load32Splat(...(places[0] as Place));
  for (let lane = 1; lane < 4; lane++) {
    const [base, offset] = places[lane] as Place;
    gathered = v128.load32Lane(base, gathered, lane, offset);
  }
  return gathered;
}

/** Code that reads lanes near to each other with one or two loads, nothing outside them; undefined where they are not near. */
function wholeRead(renderer: Renderer, e: Load, lanes: Lanes): (() => Vector) | undefined {
  const least = Math.min(...lanes);
  const span = Math.max(...lanes) - least;
  if (span === 2 || span > 7) return undefined;
  const address = renderer.address(e.binding, e.index);
  const first = placeAt(address, least * 4);
  if (span === 0) return () => v128.load32Splat(...first);
  if (areNeighbors(lanes)) return () => v128.load(...first);
  if (span <= 3) {
    return () => {
      const near = renderer.math.keep(span === 1 ? v128.load64Zero(...first) : v128.load(...first));
      return v128.shuffle(
        near,
        near,
        mapLanes(lanes, (lane) => lane - least),
      );
    };
  }
  // The second vector ends where the last lane does, and may begin inside the first.
  const start = least + span - 3;
  const second = placeAt(address, start * 4);
  const chosen = mapLanes(lanes, (lane) => (lane < least + 4 ? lane - least : lane - start + 4));
  return () => v128.shuffle(v128.load(...first), v128.load(...second), chosen);
}

/** Where the guard is false no memory is touched but beside what is read, because the address may be anywhere. */
function guardedLoad(renderer: Renderer, e: Load, guard: Expression): Vector {
  const { f, math } = renderer;
  const mask = math.keep(renderer.value(guard));
  const result = math.keep(math.int(0));
  const lanes = renderer.lanesOf(e.index, guard);
  const whole = lanes && wholeRead(renderer, e, lanes);
  // Lanes near to each other are read together where one of them may be: memory has room before and behind its blocks.
  if (whole) f.if(v128.anyTrue(mask), () => result.set(v128.and(whole(), mask)));
  else readLanes(renderer, mask, result, lanePlaces(renderer, e.binding, e.index, lanes));
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
function lanePlaces(renderer: Renderer, binding: number, index: Expression, lanes: Lanes | undefined): Place[] {
  if (lanes) {
    const address = renderer.address(binding, index);
    return lanes.map((lane) => placeAt(address, lane * 4));
  }
  const bytes = renderer.math.keep(i32x4.shl(renderer.value(index), 2));
  return [0, 1, 2, 3].map((lane) => [i32.add(renderer.base(binding), i32x4.extract(bytes, lane)), 0]);
}

/** Writes a vector's lanes: those that are elements in a vector loop, one elsewhere. */
export function storeVector(renderer: Renderer, store: Store, value: Vector): void {
  const { f, math, scope } = renderer;
  const isBool = renderer.dtypes[store.binding] === 'bool';
  const stored = isBool ? math.keep(v128.and(value, math.int(1))) : value;
  const lanes = renderer.lanesOf(store.index);
  const places = lanePlaces(renderer, store.binding, store.index, lanes);
  const [base, offset] = places[0] as Place;
  if (scope.vectorAxis === undefined) {
    f.emit(v128.store32Lane(base, stored, 0, offset));
  } else if (scope.valid === 4 && lanes && areNeighbors(lanes)) {
    f.emit(v128.store(base, stored, offset));
  } else {
    places.slice(0, scope.valid).forEach(([laneBase, laneOffset], lane) => {
      f.emit(v128.store32Lane(laneBase, stored, lane, laneOffset));
    });
  }
}
