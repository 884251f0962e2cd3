import { type LoopKernel, type Reduction, rootsOf, sizeOf, storedParts } from '@evenkeel/backend';
import { type Renderer, valueOfWord, wordOfValue } from '../renderer/renderer.ts';
import { Scope } from '../renderer/scope.ts';
import type { CompiledKernel } from './compiled-kernel.ts';
import { elementsStage } from './elements.ts';
import { setPositions } from './grid.ts';
import { passesOf } from './passes.ts';
import type { Profile } from './profile.ts';
import { accumulate, combine, identity, innerLoop, joinLanes, setMember } from './reduction.ts';
import { type Stage, workgroupStage } from './stage.ts';
import { type Team, teamOf } from './team.ts';
import { storeVectors, type Vectors, vectorsOf, vectorsStage, vectorWidth } from './vectors.ts';

/** Of a workgroup whose invocations take a part each. */
const partsOfWorkgroup = 16;

type Kernel = Omit<CompiledKernel, 'reportsFaults'>;

/** A loop: element by element where it reduces nothing; otherwise by teams, in one stage or in several. */
export function compileLoop(kernel: LoopKernel, profile: Profile): Kernel {
  if (sizeOf(kernel.outer) === 0) return { stages: [], workspaceWords: 0 };
  if (kernel.reductions.length === 0) {
    const elements = {
      extents: [...kernel.outer, ...kernel.inner],
      stores: [...kernel.stores, ...kernel.elementStores],
    };
    if (sizeOf(elements.extents) === 0) return { stages: [], workspaceWords: 0 };
    const { extents, stores } = elements;
    const vectors = vectorsOf(kernel, [0, extents], storedParts(stores), stores);
    return {
      stages: [elementsStage(kernel, elements)],
      workspaceWords: 0,
      vectors: vectors && inOne(vectorsStage(kernel, elements, vectors)),
    };
  }
  const team = teamOf(kernel, profile);
  if (team.splits > 1) return inParts(kernel, team);
  const { outer, inner, stores, elementStores } = kernel;
  // A result of a row is a word.
  const vectors =
    stores.length > 0 ? undefined : vectorsOf(kernel, [outer.length, inner], rootsOf(kernel), elementStores);
  return {
    stages: [inOneStage(kernel, team)],
    workspaceWords: 0,
    vectors: vectors && inOne(inOneStage(kernel, team, vectors)),
  };
}

function inOne(stage: Stage): CompiledKernel {
  return { stages: [stage], workspaceWords: 0, reportsFaults: false };
}

/** Each team does all for its outer index: the reductions, pass by pass, and the stores. */
function inOneStage(kernel: LoopKernel, team: Team, vectors?: Vectors): Stage {
  const { columns, lanes } = team;
  const [outer, inner] = [sizeOf(kernel.outer), sizeOf(kernel.inner)];
  const groups = Math.ceil(outer / columns);
  const options = { workgroup: columns * lanes, byVectors: vectors !== undefined };
  return workgroupStage(kernel, groups, options, (renderer, scope) => {
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
    const conditions = [...(isWhole ? [] : ['inside']), ...(lanes > 1 ? ['member == 0u'] : [])];
    if (kernel.stores.length > 0) {
      const body = new Scope(scope);
      renderer.store(body, kernel.stores);
      scope.block(conditions.length > 0 ? `if (${conditions.join(' && ')}) {` : '{', body);
    }
    if (kernel.elementStores.length > 0 && inner > 0) {
      const body = new Scope(scope);
      innerLoop(renderer, body, kernel, range, (inside) => {
        if (vectors) storeVectors(renderer, inside, vectors, kernel.elementStores);
        else renderer.store(inside, kernel.elementStores);
      });
      scope.block(isWhole ? '{' : 'if (inside) {', body);
    }
  });
}

/** Each pass in two stages, parts and what they make together, by way of the workspace; then the elements. */
function inParts(kernel: LoopKernel, team: Team): Kernel {
  const outer = sizeOf(kernel.outer);
  const wordsOfParts = outer * team.splits;
  // For each reduction its parts, then its results.
  const begin = (r: number): number => r * (wordsOfParts + outer);
  const stages: Stage[] = [];
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
    stages.push(partsStage(kernel, team, members, begin, setKnown));
    stages.push(totalsStage(kernel, team, members, begin, setKnown, p === passes.length - 1));
    known.push(...members);
  });
  if (kernel.elementStores.length > 0) {
    const [extents, inner] = [[...kernel.outer, ...kernel.inner], sizeOf(kernel.inner)];
    const prepare = (renderer: Renderer, scope: Scope): void => {
      scope.add(`let column = index / ${inner}u;`);
      knownBefore(known)(renderer, scope, 'column');
    };
    stages.push(elementsStage(kernel, { extents, stores: kernel.elementStores, prepare }));
  }
  return { stages, workspaceWords: begin(kernel.reductions.length) };
}

type SetKnown = (renderer: Renderer, scope: Scope, column: string) => void;

function partsStage(
  kernel: LoopKernel,
  team: Team,
  members: readonly number[],
  begin: (r: number) => number,
  setKnown: SetKnown,
): Stage {
  const { columns, lanes, splits } = team;
  const [outer, inner] = [sizeOf(kernel.outer), sizeOf(kernel.inner)];
  // Where invocations work alone, parts of one column are as good as columns to fill a workgroup.
  const isFlat = lanes === 1;
  const workgroup = isFlat ? partsOfWorkgroup : columns * lanes;
  const groups = isFlat ? Math.ceil((outer * splits) / workgroup) : Math.ceil(outer / columns) * splits;
  const length = Math.ceil(inner / splits);
  return workgroupStage(kernel, groups, { workgroup }, (renderer, scope) => {
    if (isFlat) {
      scope.add(`let wanted = group * ${workgroup}u + lane;`, 'let member = 0u;');
      scope.block(`if (wanted >= ${outer * splits}u) {`, ['return;']);
      scope.add(`let part = wanted / ${outer}u;`, `let column = wanted % ${outer}u;`);
      setPositions(renderer, scope, 'column', kernel.outer, 0);
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
    const conditions = [...(isWhole ? [] : ['inside']), ...(lanes > 1 ? ['member == 0u'] : [])];
    scope.block(conditions.length > 0 ? `if (${conditions.join(' && ')}) {` : '{', body);
  });
}

function totalsStage(
  kernel: LoopKernel,
  { splits }: Team,
  members: readonly number[],
  begin: (r: number) => number,
  setKnown: SetKnown,
  isLast: boolean,
): Stage {
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
  return elementsStage(kernel, { extents: kernel.outer, stores: isLast ? kernel.stores : [], prepare });
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
  setPositions(renderer, scope, 'column', kernel.outer, 0);
  return isWhole;
}
