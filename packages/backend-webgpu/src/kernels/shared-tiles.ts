import { type ContractionKernel, type Expression, rootsOf, sizeOf, strideAlong } from '@evenkeel/backend';
import { Renderer } from '../renderer/renderer.ts';
import { Scope } from '../renderer/scope.ts';
import { shaderText } from '../renderer/shader.ts';
import { parameterWords, type Stage } from './compiled-kernel.ts';
import { gridOf, leaveSpare, setPositions } from './grid.ts';
import { block, longestChain, type SharedTiles } from './tiles.ts';

/** The sums by tiles in shared memory, or in several parts what each part adds to them. */
export function sharedTilesStage(kernel: ContractionKernel, tiles: SharedTiles): Stage {
  const { rows, columns, depth, splits } = tiles;
  const [batch, m, n, k] = [sizeOf(kernel.batch), sizeOf(kernel.m), sizeOf(kernel.n), sizeOf(kernel.k)];
  const [down, across] = [Math.ceil(m / rows), Math.ceil(n / columns)];
  const groups = batch * splits * down * across;
  const wide = columns / block;
  const workgroup = wide * (rows / block);
  const termsOfPart = Math.ceil(k / splits / depth) * depth;
  const isLong = termsOfPart > 2 * longestChain;
  return {
    grid: gridOf(groups),
    source(memories) {
      const renderer = new Renderer(kernel, rootsOf(kernel), memories);
      const scope = renderer.root;
      leaveSpare(scope, groups);
      scope.add(
        `let firstColumn = (group % ${across}u) * ${columns}u;`,
        `let firstRow = (group / ${across}u % ${down}u) * ${rows}u;`,
        `let part = group / ${across * down}u % ${splits}u;`,
        `let batch = group / ${across * down * splits}u;`,
        `let mine = vec2<u32>(lane % ${wide}u, lane / ${wide}u) * ${block}u;`,
        `let lastTerm = min((part + 1u) * ${termsOfPart}u, ${k}u);`,
      );
      setPositions(renderer, scope, 'batch', kernel.batch, 0);
      const totals = sumNames('total');
      const sums = isLong ? sumNames('sum') : totals;
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
      const products = [`let place = vec2<u32>(term * ${columns}u + mine.x, term * ${rows}u + mine.y);`];
      const lane = (name: string, at: string): string[] => [0, 1, 2, 3].map((i) => `${name}[${at} + ${i}u]`);
      products.push(`let row = vec4<f32>(${lane('right', 'place.x').join(', ')});`);
      lane('left', 'place.y').forEach((text, i) => {
        products.push(`${sums[i]} += ${text} * row;`);
      });
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

      const each = new Scope(scope);
      each.add(
        `let i = firstRow + mine.y + result / ${block}u;`,
        `let j = firstColumn + mine.x + result % ${block}u;`,
        `if (i >= ${m}u || j >= ${n}u) {`,
        '  continue;',
        '}',
        `var four = ${totals[0]};`,
        `switch result / ${block}u {`,
        ...totals.slice(1).map((name, i) => `  case ${i + 1}u: { four = ${name}; }`),
        '  default: {}',
        '}',
        `let product = four[result % ${block}u];`,
      );
      if (splits > 1) {
        const place = `((batch * ${splits}u + part) * ${m}u + i) * ${n}u + j`;
        each.add(renderer.writeWorkspace(place, 'bitcast<u32>(product)'));
      } else {
        setPositions(renderer, each, 'i', kernel.m, mAxis);
        setPositions(renderer, each, 'j', kernel.n, nAxis);
        renderer.setReduced(each, 0, 'product');
        renderer.store(each, kernel.stores);
      }
      scope.block(`for (var result = 0u; result < ${block * block}u; result++) {`, each);
      return shaderText({
        renderer,
        parameters: parameterWords(kernel),
        workgroup,
        shared: [
          `var<workgroup> left: array<f32, ${depth * rows}>;`,
          `var<workgroup> right: array<f32, ${depth * columns}>;`,
        ],
      });
    },
  };
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

/** Evaluates a factor for a tile, zeros beyond its ends, so that neighboring invocations read neighboring memory. */
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
  const body = new Scope(scope);
  const [term, place] = alongTerms ? [`% ${depth}u`, `/ ${depth}u`] : [`/ ${length}u`, `% ${length}u`];
  body.add(
    `let term = slot ${term};`,
    `let place = slot ${place};`,
    `let k = firstTerm + term;`,
    `let side = ${first} + place;`,
    'var value = 0.0f;',
  );
  const inside = new Scope(body);
  setPositions(renderer, inside, 'side', extents, axis);
  setPositions(renderer, inside, 'k', kernel.k, kAxis);
  inside.add(`value = ${renderer.value(inside, value)};`);
  body.block(`if (side < ${size}u && k < lastTerm) {`, inside);
  body.add(`${name}[term * ${length}u + place] = value;`);
  scope.block(`for (var slot = lane; slot < ${depth * length}u; slot += ${workgroup}u) {`, body);
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

function sumNames(stem: string): string[] {
  return [0, 1, 2, 3].map((i) => `${stem}${i}`);
}
