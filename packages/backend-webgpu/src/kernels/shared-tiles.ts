import { type ContractionKernel, type Expression, sizeOf, strideAlong } from '@evenkeel/backend';
import type { Renderer } from '../renderer/renderer.ts';
import { Scope } from '../renderer/scope.ts';
import { setPositions } from './grid.ts';
import { type Stage, workgroupStage } from './stage.ts';
import { storeResults } from './store-results.ts';
import { longestChain, type SharedTiles } from './variant.ts';

/** The sums by tiles in shared memory, or in several parts what each part adds to them. */
export function sharedTilesStage(kernel: ContractionKernel, tiles: SharedTiles): Stage {
  const { rows, columns, depth, splits } = tiles;
  const [tall, wide] = tiles.block;
  const [batch, m, n, k] = [sizeOf(kernel.batch), sizeOf(kernel.m), sizeOf(kernel.n), sizeOf(kernel.k)];
  const [down, across] = [Math.ceil(m / rows), Math.ceil(n / columns)];
  const groups = batch * splits * down * across;
  // Invocations side by side and one below the other; each has every so many vectors, so that neighbors read neighboring memory.
  const [abreast, deep] = [columns / wide, rows / tall];
  const workgroup = abreast * deep;
  const termsOfPart = Math.ceil(k / splits / depth) * depth;
  const isLong = termsOfPart > 2 * longestChain;
  return workgroupStage(kernel, groups, { workgroup }, (renderer, scope) => {
    scope.add(
      `let firstColumn = (group % ${across}u) * ${columns}u;`,
      `let firstRow = (group / ${across}u % ${down}u) * ${rows}u;`,
      `let part = group / ${across * down}u % ${splits}u;`,
      `let batch = group / ${across * down * splits}u;`,
      `let mine = vec2<u32>(lane % ${abreast}u, lane / ${abreast}u);`,
      `let lastTerm = min((part + 1u) * ${termsOfPart}u, ${k}u);`,
    );
    setPositions(renderer, scope, 'batch', kernel.batch, 0);
    const names = (stem: string): string[] =>
      range(tall).flatMap((i) => range(wide / 4).map((quarter) => `${stem}${i}_${quarter}`));
    const totals = names('total');
    const sums = isLong ? names('sum') : totals;
    scope.add(...totals.map((name) => `var ${name} = vec4<f32>();`));

    const step = new Scope(scope);
    const [mAxis, nAxis] = [kernel.batch.length, kernel.batch.length + kernel.m.length];
    const kAxis = nAxis + kernel.n.length;
    const sides = [
      { name: 'left', value: kernel.a, extents: kernel.m, axis: mAxis, size: m, length: rows, first: 'firstRow' },
      {
        name: 'right',
        value: kernel.b,
        extents: kernel.n,
        axis: nAxis,
        size: n,
        length: columns,
        first: 'firstColumn',
      },
    ];
    for (const side of sides) fillTile(renderer, step, side, kernel, kAxis, depth, workgroup);
    step.add('workgroupBarrier();');
    const products = [
      `let place = vec2<u32>(term * ${pitchOf(columns)}u, term * ${pitchOf(rows)}u) + mine;`,
      ...range(wide / 4).map((quarter) => `let row${quarter} = right[place.x + ${quarter * abreast}u];`),
      ...range(tall / 4).map((quarter) => `let column${quarter} = left[place.y + ${quarter * deep}u];`),
      ...sums.map((sum, s) => {
        const i = Math.floor(s / (wide / 4));
        return `${sum} += column${i >> 2}.${'xyzw'[i & 3]} * row${s % (wide / 4)};`;
      }),
    ];
    step.block(`for (var term = 0u; term < ${depth}u; term++) {`, products);
    step.add('workgroupBarrier();');
    const terms = (from: string, to: string): string =>
      `for (var firstTerm = ${from}; firstTerm < ${to}; firstTerm += ${depth}u) {`;
    const begin = `part * ${termsOfPart}u`;
    if (isLong) {
      const chain = new Scope(scope);
      chain.add(...sums.map((name) => `var ${name} = vec4<f32>();`));
      chain.block(terms('begin', `min(begin + ${longestChain}u, lastTerm)`), step);
      chain.add(...totals.map((name, i) => `${name} += ${sums[i]};`));
      scope.block(`for (var begin = ${begin}; begin < lastTerm; begin += ${longestChain}u) {`, chain);
    } else {
      scope.block(terms(begin, 'lastTerm'), step);
    }

    storeResults(renderer, scope, kernel, {
      i: `firstRow + (result / ${4 * wide}u * ${deep}u + mine.y) * 4u + result / ${wide}u % 4u`,
      j: `firstColumn + (result % ${wide}u / 4u * ${abreast}u + mine.x) * 4u + result % 4u`,
      results: totals.flatMap((name) => [...'xyzw'].map((lane) => `${name}.${lane}`)),
      splits,
    });
    const share = (name: string, length: number): void => {
      renderer.shared.add(`var<workgroup> ${name}: array<vec4<f32>, ${depth * pitchOf(length)}>;`);
    };
    share('left', rows);
    share('right', columns);
  });
}

interface Side {
  /** The shared memory. */
  readonly name: string;
  readonly value: Expression;
  readonly extents: readonly number[];
  /** The first of the axes along the side. */
  readonly axis: number;
  readonly size: number;
  /** How much of the side is in the tile, and from where on. */
  readonly length: number;
  readonly first: string;
}

/** Evaluates a factor for a tile, zeros beyond its ends, four along the side at a time: a vector has one writer. */
function fillTile(
  renderer: Renderer,
  scope: Scope,
  { name, value, extents, axis, size, length, first }: Side,
  kernel: ContractionKernel,
  kAxis: number,
  depth: number,
  workgroup: number,
): void {
  const alongTerms = isContiguousAlong(value, kAxis + kernel.k.length - 1, axis + extents.length - 1);
  const [body, each] = [new Scope(scope), new Scope(scope)];
  const quarters = length / 4;
  const [term, place] = alongTerms ? [`% ${depth}u`, `/ ${depth}u`] : [`/ ${quarters}u`, `% ${quarters}u`];
  body.add(
    `let term = slot ${term};`,
    `let place = slot ${place};`,
    `let k = firstTerm + term;`,
    'var four = vec4<f32>();',
  );
  const inside = new Scope(each);
  setPositions(renderer, inside, 'side', extents, axis);
  setPositions(renderer, inside, 'k', kernel.k, kAxis);
  inside.add(`four[i] = ${renderer.value(inside, value)};`);
  each.add(`let side = ${first} + place * 4u + i;`);
  each.block(`if (side < ${size}u && k < lastTerm) {`, inside);
  body.block('for (var i = 0u; i < 4u; i++) {', each);
  body.add(`${name}[term * ${pitchOf(length)}u + place] = four;`);
  scope.block(`for (var slot = lane; slot < ${depth * quarters}u; slot += ${workgroup}u) {`, body);
}

/** Vectors from one term of a tile to the next: one is spare, so that writers of several terms meet in no bank. */
function pitchOf(length: number): number {
  return length / 4 + 1;
}

/** Whether a factor's memory lies side by side along the terms rather than along its side. */
function isContiguousAlong(value: Expression, term: number, side: number): boolean {
  let load = value;
  while (load.kind !== 'load') {
    if (load.kind === 'unary' || load.kind === 'cast') load = load.a;
    else if (load.kind === 'binary') load = load.a.kind === 'constant' ? load.b : load.a;
    else if (load.kind === 'select') load = load.a;
    else return false;
  }
  return strideAlong(load.index, term) === 1 && strideAlong(load.index, side) !== 1;
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
