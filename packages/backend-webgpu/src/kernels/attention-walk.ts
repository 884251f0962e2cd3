import { type AttentionRoutine, type Expression, lowestScore, sizeOf } from '@evenkeel/backend';
import type { Renderer } from '../renderer/renderer.ts';
import type { Scope } from '../renderer/scope.ts';
import type { Profile } from './profile.ts';

/** Words of shared memory that the lines of a block may take: half of what every device has. */
const tileWords = 2048;

/** The rows or the columns of the scores. */
export interface Side {
  readonly axis: number;
  readonly size: number;
}

/** A line of numbers for each row or column: queries, keys, values, cotangents. */
export interface Lines {
  readonly name: string;
  readonly value: Expression;
  /** Along a line. */
  readonly axis: number;
  readonly length: number;
}

/** The names of a kernel's parts, and by which axes they go. */
export function linesOf(kernel: AttentionRoutine) {
  const first = kernel.batch.length;
  const [depth, width] = [
    { axis: first + 2, length: kernel.depth },
    { axis: first + 3, length: kernel.width },
  ];
  return {
    row: { axis: first, size: kernel.rows },
    column: { axis: first + 1, size: kernel.columns },
    ...{ depth, width },
    query: { name: 'query', value: kernel.query, ...depth },
    key: { name: 'key', value: kernel.key, ...depth },
    value: { name: 'value', value: kernel.value, ...width },
    cotangent: kernel.routine === 'attention' ? undefined : { name: 'cotangent', value: kernel.cotangent, ...width },
  };
}

/** What is at a place of a line that is walked over, in the scope that knows the place. */
export type Element = (scope: Scope, lines: Lines, place: string) => string;

/** Writes a shader whose invocations have a row each and walk over the columns, or the other way round. */
export class Walk {
  readonly renderer: Renderer;
  readonly root: Scope;
  readonly #kernel: AttentionRoutine;
  readonly #own: Side;
  readonly #other: Side;
  readonly #sharesMemory: boolean;
  readonly #workgroup: number;

  constructor(renderer: Renderer, kernel: AttentionRoutine, [own, other]: readonly [Side, Side], profile: Profile) {
    this.renderer = renderer;
    this.root = renderer.root;
    this.#kernel = kernel;
    this.#own = own;
    this.#other = other;
    this.#sharesMemory = profile.sharedMemory;
    const { workgroup, inBatch } = groupsOf(kernel, own);
    this.#workgroup = workgroup;
    this.root.add(
      `let firstOwn = (group % ${inBatch}u) * ${this.#workgroup}u;`,
      `let batch = group / ${inBatch}u;`,
      'let wanted = firstOwn + lane;',
      `let own = min(wanted, ${own.size - 1}u);`,
    );
    renderer.setPositions(this.root, 'batch', kernel.batch, 0);
    renderer.setAxis(this.root, own.axis, 'i32(own)');
  }

  /** Has a line of the invocation's own in registers. */
  keep(lines: Lines): void {
    this.root.add(`var ${lines.name}: array<f32, ${lines.length}>;`);
    this.along(this.root, lines, (scope, place) => {
      scope.add(`${lines.name}[${place}] = ${this.renderer.value(scope, lines.value)};`);
    });
  }

  /** Something at each place along an axis. */
  along(scope: Scope, { axis, length }: Pick<Lines, 'axis' | 'length'>, body: (inside: Scope, place: string) => void) {
    const place = this.renderer.name('place');
    const inside = scope.inner();
    this.renderer.setAxis(inside, axis, `i32(${place})`);
    body(inside, place);
    scope.block(`for (var ${place} = 0u; ${place} < ${length}u; ${place}++) {`, inside);
  }

  /** Something at each row or column of the other side that the invocation's own sees; its number is `other`. */
  over(walked: readonly Lines[], body: (scope: Scope, element: Element) => void): void {
    const { causal } = this.#kernel;
    const other = this.#other;
    const total = walked.reduce((sum, { length }) => sum + length, 0);
    const isShared = this.#sharesMemory && total <= tileWords;
    const overColumns = other.axis > this.#own.axis;
    // The same for all of a workgroup.
    const from = causal && !overColumns ? 'firstOwn' : '0u';
    const to = causal && overColumns ? `min(firstOwn + ${this.#workgroup}u, ${other.size}u)` : `${other.size}u`;
    const inside = (parent: Scope, element: Element): Scope => {
      const scope = parent.inner();
      if (causal) scope.add(`if (${overColumns ? 'other > own' : 'other < own'}) {`, '  continue;', '}');
      this.renderer.setAxis(scope, other.axis, 'i32(other)');
      body(scope, element);
      return scope;
    };
    if (!isShared) {
      const direct: Element = (scope, { value }) => this.renderer.value(scope, value);
      this.root.block(`for (var other = ${from}; other < ${to}; other++) {`, inside(this.root, direct));
      return;
    }
    const block = Math.min(64, Math.floor(tileWords / total));
    const tiles = this.root.inner();
    for (const { name, value, axis, length } of walked) {
      const tile = `${name}Tile`;
      this.renderer.share(tile, 'float32', block * length);
      const fill = tiles.inner();
      // What lies behind the last is not used.
      fill.add(`let there = i32(firstOther + slot / ${length}u);`, `let along = i32(slot % ${length}u);`);
      this.renderer.setAxis(fill, other.axis, 'there');
      this.renderer.setAxis(fill, axis, 'along');
      fill.add(`${tile}[slot] = ${this.renderer.value(fill, value)};`);
      tiles.block(`for (var slot = lane; slot < ${block * length}u; slot += ${this.#workgroup}u) {`, fill);
    }
    tiles.add('workgroupBarrier();', `let endOther = min(firstOther + ${block}u, ${to});`);
    const fromTile: Element = (_, { name, length }, place) =>
      `${name}Tile[(other - firstOther) * ${length}u + ${place}]`;
    tiles.block('for (var other = firstOther; other < endOther; other++) {', inside(tiles, fromTile));
    tiles.add('workgroupBarrier();');
    this.root.block(`for (var firstOther = ${from}; firstOther < ${to}; firstOther += ${block}u) {`, tiles);
  }

  /** A sum of products along a line of the invocation's own and one that is walked over. */
  dot(scope: Scope, name: string, own: Lines, other: Lines, element: Element): void {
    scope.add(`var ${name} = 0.0f;`);
    this.along(scope, own, (inside, place) => {
      inside.add(`${name} += ${own.name}[${place}] * ${element(inside, other, place)};`);
    });
  }

  /** Adds what is walked over, times something, to the sums of a line. */
  add(scope: Scope, sums: string, by: string, lines: Lines, element: Element): void {
    this.along(scope, lines, (inside, place) => {
      inside.add(`${sums}[${place}] += ${by} * ${element(inside, lines, place)};`);
    });
  }

  /** The scope of what is seen: its score, with all that belongs to it, is `score` there. */
  scored(scope: Scope, own: Lines, other: Lines, element: Element, body: (seen: Scope) => void): void {
    const { bias, seen, scale } = this.#kernel;
    this.dot(scope, 'products', own, other, element);
    const added = bias ? ` + ${this.renderer.value(scope, bias)}` : '';
    scope.add(`let score = products * ${this.constant(scale)}${added};`);
    const condition = seen ? `${this.renderer.value(scope, seen)} && ` : '';
    const inside = scope.inner();
    body(inside);
    // Written so that NaN is seen.
    scope.block(`if (${condition}!(score < ${this.constant(lowestScore)})) {`, inside);
  }

  /** A number times the factor, if there is one. */
  factored(scope: Scope, text: string): string {
    const { factor } = this.#kernel;
    return factor ? `${text} * ${this.renderer.value(scope, factor)}` : text;
  }

  constant(value: number): string {
    return this.renderer.constant('float32', value);
  }

  exp(text: string): string {
    return this.renderer.unary('exp', 'float32', text);
  }

  /** The inverse of a sum of weights, 0 where nothing weighs. */
  inverse(total: string): string {
    return `select(1.0f / ${total}, 0.0f, ${total} == 0.0f)`;
  }

  /** Stores what is at each place of a line that was summed up. */
  store(stores: AttentionStores, along: Pick<Lines, 'axis' | 'length'>, sum: (place: string) => string): void {
    const guarded = this.root.inner();
    this.along(guarded, along, (inside, place) => {
      inside.add(`let sum = ${sum(place)};`);
      this.renderer.setReduced(inside, 0, 'sum');
      this.renderer.store(inside, stores);
    });
    this.root.block(`if (wanted < ${this.#own.size}u) {`, guarded);
  }
}

type AttentionStores = Parameters<Renderer['store']>[1];

/** How many invocations work side by side on rows or columns, and in how many workgroups. */
export function groupsOf({ batch }: AttentionRoutine, { size }: Side) {
  const workgroup = Math.min(64, 2 ** Math.ceil(Math.log2(Math.max(1, size))));
  const inBatch = Math.ceil(size / workgroup);
  return { workgroup, inBatch, groups: sizeOf(batch) * inBatch };
}
