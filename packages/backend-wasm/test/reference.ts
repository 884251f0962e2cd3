/** Kernels evaluated in double precision, one element after another: what the tests compare with. */
import {
  constant,
  type Expression,
  identityOf,
  isAttention,
  type Kernel,
  philox4x32,
  type RankKernel,
  type ReductionFunction,
  type Scalar,
  type ScanKernel,
  type Store,
} from '@evenkeel/backend';
import { attention } from './attention-reference.ts';

export type Arrays = readonly (number[] | Float64Array)[];

interface Point {
  readonly position: readonly number[];
  readonly reduced: readonly number[];
  readonly memo: Map<Expression, number>;
}

/** Runs a kernel on arrays, one per binding, writing into those it stores to. */
export function reference(kernel: Kernel, arrays: Arrays, args: readonly number[] = []): void {
  const at = (e: Expression, position: readonly number[], reduced: readonly number[] = []) =>
    evaluate(e, { position, reduced, memo: new Map() }, arrays, args);
  const storeAll = (stores: readonly Store[], position: readonly number[], reduced: number[]) => {
    const values = stores.map((s) => at(s.value, position, reduced));
    stores.forEach((s, i) => {
      (arrays[s.binding] as number[])[at(s.index, position, reduced)] = values[i] as number;
    });
  };
  if (kernel.form === 'loop') {
    const { sums = [], elementStores } = kernel;
    const zeros = sums.map((sum) => ({ ...sum, value: constant(sum.value.dtype, 0) }));
    for (const inner of points(kernel.inner)) storeAll(zeros, [...kernel.outer.map(() => 0), ...inner], []);
    for (const outer of points(kernel.outer)) {
      const reduced: number[] = [];
      for (const { fn, value } of kernel.reductions) {
        let total = identityOf(fn, value.dtype);
        for (const inner of points(kernel.inner)) {
          total = fold(fn, value.dtype, total, at(value, [...outer, ...inner], reduced));
        }
        reduced.push(total);
      }
      storeAll(kernel.stores, outer, reduced);
      if (elementStores.length + sums.length === 0) continue;
      for (const inner of points(kernel.inner)) {
        const position = [...outer, ...inner];
        const values = sums.map(({ value }) => at(value, position, reduced));
        storeAll(elementStores, position, reduced);
        sums.forEach(({ binding, index }, i) => {
          (arrays[binding] as number[])[at(index, position)]! += values[i] as number;
        });
      }
    }
  } else if (kernel.form === 'contraction') {
    const [ms, ns, ks] = [kernel.m, kernel.n, kernel.k].map((extents) => [...points(extents)]) as [
      number[][],
      number[][],
      number[][],
    ];
    for (const batch of points(kernel.batch)) {
      const [m0, n0] = [ms[0] as number[], ns[0] as number[]];
      // a does not depend on n, nor b on m.
      const a = ms.map((m) => Float64Array.from(ks, (k) => at(kernel.a, [...batch, ...m, ...n0, ...k])));
      const b = ns.map((n) => Float64Array.from(ks, (k) => at(kernel.b, [...batch, ...m0, ...n, ...k])));
      ms.forEach((m, i) => {
        ns.forEach((n, j) => {
          const [row, column] = [a[i] as Float64Array, b[j] as Float64Array];
          const sum = row.reduce((total, x, k) => total + x * (column[k] as number), 0);
          storeAll(kernel.stores, [...batch, ...m, ...n], [sum]);
        });
      });
    }
  } else if (kernel.routine === 'scatterAdd') {
    const out = arrays[kernel.output] as number[];
    for (let i = 0; i < kernel.outer * kernel.size * kernel.inner; i++) out[i] = 0;
    for (const position of points([kernel.outer, kernel.length, kernel.inner])) {
      const index = at(kernel.index, position);
      if (index < 0 || index >= kernel.size) continue;
      const [o, , r] = position as [number, number, number];
      const place = (o * kernel.size + index) * kernel.inner + r;
      out[place] = (out[place] as number) + at(kernel.value, position);
    }
  } else if (isAttention(kernel)) {
    attention(kernel, at, storeAll);
  } else {
    lines(kernel, arrays[kernel.output] as number[], (position) => at(kernel.value, position));
  }
}

/** What each line becomes; all of it is read before any of it is written. */
function lines(kernel: ScanKernel | RankKernel, out: number[], at: (position: readonly number[]) => number): void {
  const { outer, length, inner } = kernel;
  for (const [o, r] of points([outer, inner]) as Iterable<[number, number]>) {
    const line = Array.from({ length }, (_, i) => at([o, i, r]));
    const made = kernel.routine === 'scan' ? scan(kernel, line) : rank(kernel, line);
    made.forEach((x, i) => {
      out[(o * length + i) * inner + r] = x;
    });
  }
}

function scan({ fn, reverse, value }: ScanKernel, line: readonly number[]): number[] {
  return line.map((_, i) =>
    (reverse ? line.slice(i) : line.slice(0, i + 1)).reduce(
      (total, x) => fold(fn, value.dtype, total, x),
      identityOf(fn, value.dtype),
    ),
  );
}

/** By counting what comes before. */
function rank({ descending }: RankKernel, line: readonly number[]): number[] {
  const isLess = (a: number, b: number) => a < b || (!Number.isNaN(a) && Number.isNaN(b));
  const isBefore = (a: number, b: number) => (descending ? isLess(b, a) : isLess(a, b));
  return line.map((x, i) => line.filter((y, j) => isBefore(y, x) || (!isBefore(x, y) && j < i)).length);
}

export function* points(extents: readonly number[]): Generator<number[]> {
  const [first, ...rest] = extents;
  if (first === undefined) {
    yield [];
    return;
  }
  for (let i = 0; i < first; i++) for (const tail of points(rest)) yield [i, ...tail];
}

function fold(fn: ReductionFunction, dtype: Scalar, a: number, b: number): number {
  if (fn === 'max') return Math.max(a, b);
  if (fn === 'min') return Math.min(a, b);
  if (dtype === 'int32') return fn === 'sum' ? (a + b) | 0 : Math.imul(a, b);
  if (dtype === 'bool') return fn === 'sum' ? Math.max(a, b) : Math.min(a, b);
  return fn === 'sum' ? a + b : a * b;
}

function evaluate(e: Expression, point: Point, arrays: Arrays, args: readonly number[]): number {
  const known = point.memo.get(e);
  if (known !== undefined) return known;
  const of = (part: Expression) => evaluate(part, point, arrays, args);
  const value = compute(e, of, point, arrays, args);
  point.memo.set(e, value);
  return value;
}

function compute(
  e: Expression,
  of: (part: Expression) => number,
  point: Point,
  arrays: Arrays,
  args: readonly number[],
): number {
  switch (e.kind) {
    case 'constant':
      return e.value;
    case 'argument':
      return args[e.slot] as number;
    case 'axis':
      return point.position[e.axis] as number;
    case 'reduced':
      return point.reduced[e.reduction] as number;
    case 'load':
      if (e.guard && of(e.guard) === 0) return 0;
      return (arrays[e.binding] as number[])[of(e.index)] as number;
    case 'unary':
      return unaryOf(e.fn, e.dtype, of(e.a));
    case 'binary':
      return binaryOf(e.fn, e.a.dtype, of(e.a), of(e.b));
    case 'select':
      return of(e.condition) !== 0 ? of(e.a) : of(e.b);
    case 'cast':
      return castOf(e.dtype, of(e.a));
    case 'bounded':
      return Math.min(Math.max(of(e.a), 0), e.size - 1);
    case 'random': {
      const [seedLow, seedHigh, low, high] = args.slice(e.slot) as [number, number, number, number];
      const block = BigInt(low) + (BigInt(high) << 32n) + BigInt(of(e.a) >> 2);
      const counter = [Number(block & 0xffffffffn), Number((block >> 32n) & 0xffffffffn), 0, 0] as const;
      return philox4x32(counter, [seedLow, seedHigh])[of(e.a) & 3] as number;
    }
  }
}

function castOf(dtype: Scalar, x: number): number {
  if (dtype === 'int32') return x | 0;
  if (dtype === 'uint32') return x >>> 0;
  if (dtype === 'bool') return x !== 0 ? 1 : 0;
  return x;
}

export function unaryOf(fn: string, dtype: Scalar, x: number): number {
  switch (fn) {
    case 'neg':
      return dtype === 'float32' ? -x : castOf(dtype, -x);
    case 'not':
      return dtype === 'bool' ? (x === 0 ? 1 : 0) : castOf(dtype, ~x);
    case 'round': {
      const below = Math.floor(x);
      if (x - below !== 0.5) return Math.round(x);
      return x === -0.5 ? -0 : below % 2 === 0 ? below : below + 1;
    }
    case 'sign':
      return x === 0 ? 0 : Math.sign(x);
    case 'erf':
      return erf(x);
    default:
      return (Math[fn as 'abs'] as (x: number) => number)(x);
  }
}

export function binaryOf(fn: string, dtype: Scalar, a: number, b: number): number {
  const integer = dtype === 'int32' || dtype === 'uint32';
  const wrap = (x: number) => (integer ? castOf(dtype, x) : x);
  switch (fn) {
    case 'add':
      return dtype === 'bool' ? a | b : wrap(a + b);
    case 'sub':
      return wrap(a - b);
    case 'mul':
      return integer ? wrap(Math.imul(a, b)) : a * b;
    case 'div':
      return integer ? (b === 0 ? 0 : wrap(Math.trunc(a / b))) : a / b;
    case 'rem':
      return integer ? (b === 0 ? 0 : wrap(a % b)) : a % b;
    case 'pow':
      // JavaScript differs from IEEE here.
      return a === 1 || (a === -1 && Math.abs(b) === Infinity) ? 1 : a ** b;
    case 'max':
      return Math.max(a, b);
    case 'min':
      return Math.min(a, b);
    case 'and':
      return wrap(a & b);
    case 'or':
      return wrap(a | b);
    case 'xor':
      return wrap(a ^ b);
    case 'shiftLeft':
      return wrap(a << b);
    case 'shiftRight':
      return dtype === 'uint32' ? a >>> b : a >> b;
    case 'eq':
      return a === b ? 1 : 0;
    case 'ne':
      return a !== b ? 1 : 0;
    case 'lt':
      return a < b ? 1 : 0;
    case 'le':
      return a <= b ? 1 : 0;
    case 'gt':
      return a > b ? 1 : 0;
    case 'ge':
      return a >= b ? 1 : 0;
    default:
      throw new Error(`the reference has no ${fn}`);
  }
}

/** By its series up to 3, by the continued fraction of erfc beyond: double precision throughout. */
function erf(x: number): number {
  const a = Math.abs(x);
  if (Number.isNaN(x) || x === 0) return x;
  if (a > 6) return Math.sign(x);
  if (a < 3) {
    let term = x;
    let sum = x;
    for (let n = 1; n < 100; n++) {
      term *= (-x * x) / n;
      sum += term / (2 * n + 1);
    }
    return (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = 0;
  for (let k = 60; k >= 1; k--) fraction = k / 2 / (a + fraction);
  return Math.sign(x) * (1 - Math.exp(-a * a) / Math.sqrt(Math.PI) / (a + fraction));
}
