import { type ContractionKernel, type Expression, strideAlong } from '@evenkeel/backend';
import type { Renderer } from '../renderer/renderer.ts';
import type { Scope } from '../renderer/scope.ts';
import type { Draft } from './stage.ts';
import { piecesOf, rolesOf, writeSums } from './sums-of-products.ts';
import type { SharedTiles } from './variant.ts';

/** The sums by tiles in shared memory, or in several parts what each part adds to them. */
export function draftTiles(kernel: ContractionKernel, tiles: SharedTiles): Draft {
  const { rows, columns, depth } = tiles;
  const [tall, wide] = tiles.block;
  // Invocations side by side and one below the other; each has every so many vectors, so that neighbors read neighboring memory.
  const [abreast, deep] = [columns / wide, rows / tall];
  const workgroup = abreast * deep;
  const roles = rolesOf(kernel);
  const sides: Side[] = [
    { ...roles.rows, name: 'left', length: rows, first: 'blockRow' },
    { ...roles.columns, name: 'right', length: columns, first: 'blockColumn' },
  ];
  const across = wide / 4;
  return {
    count: piecesOf(kernel, tiles).count,
    workgroup,
    write(renderer, scope) {
      scope.add(`let mine = vec2<u32>(lane % ${abreast}u, lane / ${abreast}u);`);
      for (const { name, length } of sides) {
        renderer.shared.add(`var<workgroup> ${name}: array<vec4<f32>, ${depth * pitchOf(length)}>;`);
      }
      writeSums(renderer, scope, kernel, {
        piece: 'group',
        pieces: tiles,
        zero: 'vec4<f32>()',
        sums: range(tall).flatMap((i) => range(across).map((quarter) => `${i}_${quarter}`)),
        i: `blockRow * ${rows}u + (result / ${4 * wide}u * ${deep}u + mine.y) * 4u + result / ${wide}u % 4u`,
        j: `blockColumn * ${columns}u + (result % ${wide}u / 4u * ${abreast}u + mine.x) * 4u + result % 4u`,
        addTerms(body, into) {
          for (const side of sides) fillTile(renderer, body, side, kernel, depth, workgroup);
          body.add('workgroupBarrier();');
          body.block(`for (var t = 0u; t < ${depth}u; t++) {`, [
            `let place = vec2<u32>(t * ${pitchOf(columns)}u, t * ${pitchOf(rows)}u) + mine;`,
            ...range(across).map((quarter) => `let row${quarter} = right[place.x + ${quarter * abreast}u];`),
            ...range(tall / 4).map((quarter) => `let column${quarter} = left[place.y + ${quarter * deep}u];`),
            ...range(tall).flatMap((i) =>
              range(across).map((q) => `${into}${i}_${q} += column${i >> 2}.${'xyzw'[i & 3]} * row${q};`),
            ),
          ]);
          body.add('workgroupBarrier();');
        },
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
  /** How much of the side is in the tile, and which so much of it. */
  readonly length: number;
  readonly first: string;
}

/** Evaluates a factor for a tile, zeros beyond its ends, four along the side at a time: a vector has one writer. */
function fillTile(
  renderer: Renderer,
  scope: Scope,
  { name, value, extents, axis, size, length, first }: Side,
  kernel: ContractionKernel,
  depth: number,
  workgroup: number,
): void {
  const kAxis = rolesOf(kernel).terms.axis;
  const alongTerms = isContiguousAlong(value, kAxis + kernel.k.length - 1, axis + extents.length - 1);
  const [body, each] = [scope.inner(), scope.inner()];
  const quarters = length / 4;
  const [row, column] = alongTerms ? [`% ${depth}u`, `/ ${depth}u`] : [`/ ${quarters}u`, `% ${quarters}u`];
  body.add(`let row = slot ${row};`, `let place = slot ${column};`, 'let k = term + row;', 'var four = vec4<f32>();');
  const inside = each.inner();
  renderer.setPositions(inside, 'side', extents, axis);
  renderer.setPositions(inside, 'k', kernel.k, kAxis);
  inside.add(`four[i] = ${renderer.value(inside, value)};`);
  each.add(`let side = ${first} * ${length}u + place * 4u + i;`);
  each.block(`if (side < ${size}u && k < lastTerm) {`, inside);
  body.block('for (var i = 0u; i < 4u; i++) {', each);
  body.add(`${name}[row * ${pitchOf(length)}u + place] = four;`);
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
  return [...Array(count).keys()];
}
