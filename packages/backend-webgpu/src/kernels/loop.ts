import { type LoopKernel, type Reduction, rootsOf, sizeOf, storedParts } from '@evenkeel/backend';
import { type Renderer, valueOfWord, wordOfValue } from '../renderer/renderer.ts';
import type { Scope } from '../renderer/scope.ts';
import type { Drafts } from './compiled-kernel.ts';
import { draftElements } from './elements.ts';
import { passesOf } from './passes.ts';
import type { Profile } from './profile.ts';
import { accumulate, combine, identity, innerLoop, joinLanes, setMember } from './reduction.ts';
import type { Draft } from './stage.ts';
import { type Team, teamOf } from './team.ts';
import { draftVectors, storeVectors, type Vectors, vectorsOf, vectorWidth } from './vectors.ts';

/** Of a workgroup whose invocations take a part each. */
const partsOfWorkgroup = 16;

/** A loop: element by element where it reduces nothing; otherwise by teams, in one stage or in several. */
export function draftLoop(kernel: LoopKernel, profile: Profile): Drafts {
  const { outer, inner, stores, elementStores } = kernel;
  if (sizeOf(outer) === 0) return { drafts: [] };
  if (kernel.reductions.length === 0) {
    const elements = { extents: [...outer, ...inner], stores: [...stores, ...elementStores] };
    if (sizeOf(elements.extents) === 0) return { drafts: [] };
    const vectors = vectorsOf(kernel, [0, elements.extents], storedParts(elements.stores), elements.stores);
    return { drafts: [draftElements(elements)], vectors: vectors && draftVectors(elements, vectors) };
  }
  const team = teamOf(kernel, profile);
  if (team.splits > 1) return inParts(kernel, team);
  // A result of a row is a word.
  const vectors =
    stores.length > 0 ? undefined : vectorsOf(kernel, [outer.length, inner], rootsOf(kernel), elementStores);
  return { drafts: [inOneStage(kernel, team)], vectors: vectors && inOneStage(kernel, team, vectors) };
}

/** Each team does all for its outer index: the reductions, pass by pass, and the stores. */
function inOneStage(kernel: LoopKernel, team: Team, vectors?: Vectors): Draft {
  const { columns, lanes } = team;
  const [outer, inner] = [sizeOf(kernel.outer), sizeOf(kernel.inner)];
  const groups = Math.ceil(outer / columns);
  return {
    count: groups,
    workgroup: columns * lanes,
    byVectors: vectors !== undefined,
    write(renderer, scope) {
      const isWhole = setOuter(renderer, scope, kernel, team, 'group');
      const range = vectors
        ? { from: `member * ${vectorWidth}u`, to: `${inner}u`, step: lanes * vectorWidth, vectors }
        : { from: 'member', to: `${inner}u`, step: lanes };
      for (const members of passesOf(kernel.reductions)) {
        const sums = accumulate(renderer, scope, kernel, members, range);
        joinLanes(renderer, scope, kernel, members, sums, team).forEach((name, i) => {
          renderer.setReduced(scope, members[i] as number, name);
        });
      }
      if (kernel.stores.length > 0) {
        const body = scope.inner();
        renderer.store(body, kernel.stores);
        scope.block(byOneOf(team, isWhole), body);
      }
      if (kernel.elementStores.length > 0 && inner > 0) {
        const body = scope.inner();
        innerLoop(renderer, body, kernel, range, (inside) => {
          if (vectors) storeVectors(renderer, inside, vectors, kernel.elementStores);
          else renderer.store(inside, kernel.elementStores);
        });
        scope.block(isWhole ? '{' : 'if (inside) {', body);
      }
    },
  };
}

/** Each pass in two stages, parts and what they make together, by way of the workspace; then the elements. */
function inParts(kernel: LoopKernel, team: Team): Drafts {
  const outer = sizeOf(kernel.outer);
  const wordsOfParts = outer * team.splits;
  // For each reduction its parts, then its results.
  const begin = (r: number): number => r * (wordsOfParts + outer);
  const drafts: Draft[] = [];
  const passes = passesOf(kernel.reductions);
  const known: number[] = [];
  const knownBefore = (before: readonly number[]) => (renderer: Renderer, scope: Scope, column: string) => {
    for (const r of before) {
      const { dtype } = (kernel.reductions[r] as Reduction).value;
      const name = renderer.name('reduced');
      scope.add(`let ${name} = ${valueOfWord(dtype, renderer.workspace(`${begin(r) + wordsOfParts}u + ${column}`))};`);
      renderer.setReduced(scope, r, name);
    }
  };
  passes.forEach((members, p) => {
    const setKnown = knownBefore([...known]);
    drafts.push(partsStage(kernel, team, members, begin, setKnown));
    drafts.push(totalsStage(kernel, team, members, begin, setKnown, p === passes.length - 1));
    known.push(...members);
  });
  if (kernel.elementStores.length > 0) {
    const [extents, inner] = [[...kernel.outer, ...kernel.inner], sizeOf(kernel.inner)];
    const prepare = (renderer: Renderer, scope: Scope): void => {
      scope.add(`let column = index / ${inner}u;`);
      knownBefore(known)(renderer, scope, 'column');
    };
    drafts.push(draftElements({ extents, stores: kernel.elementStores, prepare }));
  }
  return { drafts, workspaceWords: begin(kernel.reductions.length) };
}

/** The head of a block that one invocation of each team runs whose outer index is its own. */
function byOneOf({ lanes }: Team, isWhole: boolean): string {
  const conditions = [...(isWhole ? [] : ['inside']), ...(lanes > 1 ? ['member == 0u'] : [])];
  return conditions.length > 0 ? `if (${conditions.join(' && ')}) {` : '{';
}

type SetKnown = (renderer: Renderer, scope: Scope, column: string) => void;

function partsStage(
  kernel: LoopKernel,
  team: Team,
  members: readonly number[],
  begin: (r: number) => number,
  setKnown: SetKnown,
): Draft {
  const { columns, lanes, splits } = team;
  const [outer, inner] = [sizeOf(kernel.outer), sizeOf(kernel.inner)];
  // Where invocations work alone, parts of one column are as good as columns to fill a workgroup.
  const isFlat = lanes === 1;
  const length = Math.ceil(inner / splits);
  return {
    count: splits * (isFlat ? outer : Math.ceil(outer / columns)),
    each: isFlat ? 'wanted' : undefined,
    workgroup: isFlat ? partsOfWorkgroup : columns * lanes,
    write(renderer, scope) {
      if (isFlat) {
        scope.add(`let part = wanted / ${outer}u;`, `let column = wanted % ${outer}u;`, 'let member = 0u;');
        renderer.setPositions(scope, 'column', kernel.outer, 0);
      } else {
        scope.add(`let part = group % ${splits}u;`);
      }
      const isWhole = isFlat || setOuter(renderer, scope, kernel, team, `(group / ${splits}u)`);
      setKnown(renderer, scope, 'column');
      scope.add(`let last = min((part + 1u) * ${length}u, ${inner}u);`);
      const range = { from: `part * ${length}u + member`, to: 'last', step: lanes };
      const sums = accumulate(renderer, scope, kernel, members, range);
      const results = joinLanes(renderer, scope, kernel, members, sums, team);
      const body = members.map((r, i) => {
        const { dtype } = (kernel.reductions[r] as Reduction).value;
        const place = `${begin(r)}u + column * ${splits}u + part`;
        return renderer.writeWorkspace(place, wordOfValue(dtype, results[i] as string));
      });
      scope.block(byOneOf(team, isWhole), body);
    },
  };
}

function totalsStage(
  kernel: LoopKernel,
  { splits }: Team,
  members: readonly number[],
  begin: (r: number) => number,
  setKnown: SetKnown,
  isLast: boolean,
): Draft {
  const outer = sizeOf(kernel.outer);
  const prepare = (renderer: Renderer, scope: Scope): void => {
    setKnown(renderer, scope, 'index');
    const names = members.map((r) => {
      const reduction = kernel.reductions[r] as Reduction;
      const name = renderer.name('total');
      scope.add(`var ${name} = ${identity(renderer, reduction)};`);
      return name;
    });
    const lines = members.map((r, i) => {
      const reduction = kernel.reductions[r] as Reduction;
      const part = valueOfWord(reduction.value.dtype, renderer.workspace(`${begin(r)}u + index * ${splits}u + part`));
      return `${names[i]} = ${combine(renderer, reduction, names[i] as string, part)};`;
    });
    scope.block(`for (var part = 0u; part < ${splits}u; part++) {`, lines);
    members.forEach((r, i) => {
      const { dtype } = (kernel.reductions[r] as Reduction).value;
      const place = `${begin(r) + outer * splits}u + index`;
      scope.add(renderer.writeWorkspace(place, wordOfValue(dtype, names[i] as string)));
      renderer.setReduced(scope, r, names[i] as string);
    });
  };
  return draftElements({ extents: kernel.outer, stores: isLast ? kernel.stores : [], prepare });
}

/**
 * Gives the outer axes their positions, by the variables `column` and, where not every workgroup is full, `inside`: whoever
 * has no outer index computes the last one again and stores nothing. Says whether all are full.
 */
function setOuter(renderer: Renderer, scope: Scope, kernel: LoopKernel, team: Team, group: string): boolean {
  const outer = sizeOf(kernel.outer);
  const isWhole = outer % team.columns === 0;
  setMember(scope, team);
  const place = team.columns === 1 ? group : `${group} * ${team.columns}u + slot`;
  if (isWhole) scope.add(`let column = ${place};`);
  else
    scope.add(`let wanted = ${place};`, `let inside = wanted < ${outer}u;`, `let column = min(wanted, ${outer - 1}u);`);
  renderer.setPositions(scope, 'column', kernel.outer, 0);
  return isWhole;
}
