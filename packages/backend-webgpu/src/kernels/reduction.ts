import { identityOf, type LoopKernel, type Reduction, sizeOf } from '@evenkeel/backend';
import { type Renderer, valueOfWord, wordOfValue } from '../renderer/renderer.ts';
import type { Scope } from '../renderer/scope.ts';
import type { Team } from './team.ts';
import { forNeighbors, type Vectors, vectorWidth } from './vectors.ts';

/** Terms of a float sum that are added one by one before their sum goes to another: so errors stay small. */
const blockLength = 32;

/** What an invocation of a team knows: the variables `column` (its outer index) and `member` (which lane of the team it is). */
export function setMember(scope: Scope, { columns, lanes, byColumns }: Team): void {
  if (lanes === 1) scope.add('let slot = lane;', 'let member = 0u;');
  else if (byColumns) scope.add(`let slot = lane % ${columns}u;`, `let member = lane / ${columns}u;`);
  else scope.add(`let slot = lane / ${lanes}u;`, `let member = lane % ${lanes}u;`);
}

/** The inner indices of an invocation: every so many of them, or the first of four neighbors. */
export interface InnerRange {
  readonly from: string;
  readonly to: string;
  readonly step: number;
  readonly vectors?: Vectors | undefined;
}

/** A loop over the inner indices of an invocation, from `first` to `end` by as many as the team has lanes. */
export function innerLoop(
  renderer: Renderer,
  scope: Scope,
  kernel: LoopKernel,
  { from, to, step }: InnerRange,
  body: (inside: Scope) => void,
): void {
  const inside = scope.inner();
  const name = renderer.name('at');
  renderer.setPositions(inside, name, kernel.inner, kernel.outer.length);
  body(inside);
  scope.block(`for (var ${name} = ${from}; ${name} < ${to}; ${name} += ${step}u) {`, inside);
}

/** What an invocation has of some reductions after its share of the inner indices; the names of the variables. */
export function accumulate(
  renderer: Renderer,
  scope: Scope,
  kernel: LoopKernel,
  members: readonly number[],
  range: InnerRange,
): string[] {
  const reductions = members.map((r) => kernel.reductions[r] as Reduction);
  const names = members.map(() => renderer.name('sum'));
  const start = (name: string, r: Reduction): string => `var ${name} = ${identity(renderer, r)};`;
  reductions.forEach((r, i) => {
    scope.add(start(names[i] as string, r));
  });
  const isFloat = reductions.some((r) => r.fn === 'sum' && r.value.dtype === 'float32');
  const { from, to, step, vectors } = range;
  const stride = (blockLength * step) / (vectors ? vectorWidth : 1);
  const isLong = isFloat && sizeOf(kernel.inner) > 2 * stride;
  const foldAll = (inside: Scope, into: readonly string[]): void => {
    const roots = reductions.map(({ value }) => value);
    if (vectors) forNeighbors(renderer, inside, vectors, roots, (element) => fold(element, into));
    else fold(inside, into);
  };
  const fold = (inside: Scope, into: readonly string[]): void => {
    const values = reductions.map((r) => renderer.keep(inside, r.value));
    reductions.forEach((r, i) => {
      inside.add(`${into[i]} = ${combine(renderer, r, into[i] as string, values[i] as string)};`);
    });
  };
  if (!isLong) {
    innerLoop(renderer, scope, kernel, range, (inside) => foldAll(inside, names));
    return names;
  }
  const block = scope.inner();
  const parts = members.map(() => renderer.name('part'));
  const [begin, end] = [renderer.name('begin'), renderer.name('end')];
  reductions.forEach((r, i) => {
    block.add(start(parts[i] as string, r));
  });
  block.add(`let ${end} = min(${begin} + ${stride}u, ${to});`);
  innerLoop(renderer, block, kernel, { from: begin, to: end, step }, (inside) => foldAll(inside, parts));
  reductions.forEach((r, i) => {
    block.add(`${names[i]} = ${combine(renderer, r, names[i] as string, parts[i] as string)};`);
  });
  scope.block(`for (var ${begin} = ${from}; ${begin} < ${to}; ${begin} += ${stride}u) {`, block);
  return names;
}

/** Has the lanes of each team put together what they have, and gives the names of the results. */
export function joinLanes(
  renderer: Renderer,
  scope: Scope,
  kernel: LoopKernel,
  members: readonly number[],
  sums: readonly string[],
  { columns, lanes, byColumns, subgroups }: Team,
): string[] {
  if (lanes === 1) return [...sums];
  for (const r of members) {
    const { dtype } = (kernel.reductions[r] as Reduction).value;
    renderer.share(`shared${r}`, dtype, columns * lanes);
  }
  const each = (line: (shared: string, sum: string, reduction: Reduction) => string): string[] =>
    members.map((r, i) => line(`shared${r}`, sums[i] as string, kernel.reductions[r] as Reduction));
  const fold = (into: string, other: string, reduction: Reduction): string =>
    `${into} = ${combine(renderer, reduction, into, other)};`;
  const step = renderer.name('step');
  if (subgroups) {
    // By twos until each knows what its subgroup has, which one of them tells the other subgroups: these put that together again. The
    // order is the same in every run; how many there are in a subgroup is the device's choice.
    renderer.usesSubgroups = true;
    const byTwos = `for (var ${step} = min(subgroup, ${lanes}u) / 2u; ${step} > 0u; ${step} >>= 1u) {`;
    const exchange = each((_, sum, reduction) => {
      const { dtype } = reduction.value;
      const other = `subgroupShuffleXor(${wordOfValue(dtype, sum)}, ${step})`;
      return fold(sum, valueOfWord(dtype, other), reduction);
    });
    const between = scope.inner();
    between.block(
      'if (peer == 0u) {',
      each((shared, sum) => `${shared}[lane / subgroup] = ${sum};`),
    );
    between.add('workgroupBarrier();', ...each((_, sum, reduction) => `${sum} = ${identity(renderer, reduction)};`));
    between.block(
      `for (var ${step} = peer; ${step} < ${lanes}u / subgroup; ${step} += subgroup) {`,
      each((shared, sum, reduction) => fold(sum, `${shared}[(lane - member) / subgroup + ${step}]`, reduction)),
    );
    between.block(byTwos, exchange);
    scope.block(byTwos, exchange);
    scope.block(`if (subgroup < ${lanes}u) {`, between);
    return [...sums];
  }
  scope.add(...each((shared, sum) => `${shared}[lane] = ${sum};`), 'workgroupBarrier();');
  const other = `lane + ${step}${byColumns ? ` * ${columns}u` : ''}`;
  const halving = scope.inner();
  halving.block(
    `if (member < ${step}) {`,
    each((shared, _, reduction) => fold(`${shared}[lane]`, `${shared}[${other}]`, reduction)),
  );
  halving.add('workgroupBarrier();');
  scope.block(`for (var ${step} = ${lanes / 2}u; ${step} > 0u; ${step} >>= 1u) {`, halving);
  return each((shared) => {
    const name = renderer.name('reduced');
    scope.add(`let ${name} = ${shared}[${byColumns ? 'slot' : `slot * ${lanes}u`}];`);
    return name;
  });
}

export function identity(renderer: Renderer, { fn, value }: Reduction): string {
  return renderer.constant(value.dtype, identityOf(fn, value.dtype));
}

export function combine(renderer: Renderer, { fn, value }: Reduction, a: string, b: string): string {
  return renderer.combined(fn, value.dtype, a, b);
}
