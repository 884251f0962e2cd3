/**
 * Equal work on many memories becomes one kernel: the update of every parameter of a model, for example. Kernels that only map elements
 * and do not wait for each other are run where the last of them was, over memory that lies side by side. Each element is
 * computed as before.
 */
import { axis, integer, itemBytes, type Limits, sizeOf, weightedSum } from '@evenkeel/backend';
import type { Emitted } from '../emission/emit.ts';
import { placeOf, wholeOf } from '../fusion/memory.ts';
import { type Group, groupsOf, type Part, type Timed } from './groups.ts';
import { type Operand, widened } from './map-kernel.ts';
import type { Range } from './plan.ts';
import type { Member, Rows } from './rows.ts';

/** A kernel over several memories: where its bindings begin and end, if not where the first of them does. */
export interface Batched extends Emitted {
  /** The kernels that it does the work of. */
  readonly of: readonly Emitted[];
  readonly ranges: readonly (Range | undefined)[];
}

/** For each part: the part itself, a batch in its place, or nothing where a later part does its work. */
export function batch<Other extends Part>(parts: readonly Other[], rows: Rows, limits: Limits): (Other | Batched)[] {
  const replaced: (Other | Batched | undefined)[] = [...parts];
  for (const group of groupsOf(parts).sort((a, b) => b.members.length - a.members.length)) {
    for (const run of runsOf(group, rows)) {
      for (const { time } of run.members) replaced[time] = undefined;
      replaced[Math.max(...run.members.map(({ time }) => time))] = joined(run, rows, limits);
    }
  }
  return replaced.filter((part) => part !== undefined);
}

/** Members of which each lies right after the one before, by every operand. */
interface Run {
  readonly members: Timed[];
  /** By operand: `row` where each member has memory of its own, `part` where all are parts of one memory, `still` for one number. */
  readonly kinds: readonly ('row' | 'part' | 'still')[];
}

function runsOf(group: Group, rows: Rows): Run[] {
  const runs: Run[] = [];
  const sorted = inOrder(group, rows);
  let members: Timed[] = [];
  let kinds: Run['kinds'] | undefined;
  for (const next of sorted) {
    const last = members.at(-1);
    const found = last && kindsBetween(group, last, next, rows);
    if (found && (kinds === undefined || kinds.every((kind, p) => kind === found.kinds[p]))) {
      rows.link(found.links);
      members.push(next);
      kinds = found.kinds;
    } else {
      if (kinds) runs.push({ members, kinds });
      members = [next];
      kinds = undefined;
    }
  }
  if (kinds) runs.push({ members, kinds });
  return runs;
}

/** How one member lies after another, and what has to lie side by side for that; nothing if it cannot. */
function kindsBetween(group: Group, last: Timed, next: Timed, rows: Rows) {
  const links: [Member, Member][] = [];
  const kinds: ('row' | 'part' | 'still')[] = [];
  for (const [p, before] of last.operands.entries()) {
    const after = next.operands[p] as Operand;
    const isSame = placeOf(before.memory) === placeOf(after.memory);
    if (isStill(group, p)) kinds.push('still');
    else if (isSame && after.offset === before.offset + last.size) kinds.push('part');
    else {
      const [first, second] = [rows.memberOf(before.memory), rows.memberOf(after.memory)];
      const isWhole = first && second && isAll(before, last, first) && isAll(after, next, second);
      if (!isWhole || !rows.mayFollow(first, second, links)) return undefined;
      links.push([first, second]);
      kinds.push('row');
    }
  }
  return { kinds, links };
}

function isStill({ members }: Group, p: number): boolean {
  const known = members.find(({ operands }) => operands[p]?.moves !== undefined);
  if (known) return known.operands[p]?.moves === false;
  const [first] = members as [Timed];
  const own = first.operands[p] as Operand;
  return members.every(({ operands }) => {
    const { memory, offset } = operands[p] as Operand;
    return placeOf(memory) === placeOf(own.memory) && offset === own.offset;
  });
}

function isAll({ offset }: Operand, { size }: Timed, member: Member): boolean {
  return offset === 0 && size === sizeOf(member.shape);
}

/** Members as an operand lies already; where nothing lies yet, those first after which vectors stay aligned. */
function inOrder({ members }: Group, rows: Rows): Timed[] {
  const [first] = members as [Timed];
  const places = first.operands.map((_, p) =>
    members.map((member) => lieOf(member.operands[p] as Operand, member, rows)),
  );
  const isDecided = (place: readonly [unknown, number] | undefined) => place !== undefined;
  const best = places.reduce((a, b) => (b.filter(isDecided).length > a.filter(isDecided).length ? b : a));
  const owners = [...new Set(best.map((place) => place?.[0]))];
  const keyOf = (i: number): [number, number] => {
    const place = best[i];
    if (place) return [owners.indexOf(place[0]), place[1]];
    return [owners.length + ((members[i] as Timed).size % 16 === 0 ? 0 : 1), i];
  };
  return members
    .map((member, i) => ({ member, key: keyOf(i) }))
    .sort(({ key: a }, { key: b }) => a[0] - b[0] || a[1] - b[1])
    .map(({ member }) => member);
}

/** The row or the larger memory in which an operand lies, and where. */
function lieOf(operand: Operand, map: Timed, rows: Rows): readonly [unknown, number] | undefined {
  const { memory, offset, moves } = operand;
  if (moves === false) return undefined;
  const member = rows.memberOf(memory);
  if (!member || !isAll(operand, map, member)) return [placeOf(memory), offset];
  const row = rows.rowOf(member);
  return row && [row, row.indexOf(member)];
}

/** The members' kernels as one. */
function joined({ members, kinds }: Run, rows: Rows, { boolBytes }: Limits): Batched {
  const [first] = members as [Timed];
  // With one element there are no axes to write places in.
  const template = members.find(({ size }) => size > 1) ?? first;
  const { emitted } = template;
  const extent = members.reduce((sum, { size }) => sum + size, 0);
  const indices = first.operands.map(({ offset }, p) =>
    kinds[p] === 'still' ? integer(offset) : weightedSum([axis(0)], [1], kinds[p] === 'part' ? offset : 0),
  );
  const memories = [...emitted.memories];
  const ranges = new Array<Range | undefined>(memories.length).fill(undefined);
  template.operands.forEach(({ binding, dtype }, p) => {
    if (kinds[p] !== 'row') return;
    rows.need(members.map(({ operands }) => rows.memberOf((operands[p] as Operand).memory) as Member));
    memories[binding] = wholeOf((first.operands[p] as Operand).memory);
    ranges[binding] = { offset: 0, length: extent * itemBytes(dtype, boolBytes) };
  });
  const of = members.map((member) => member.emitted);
  return { of, kernels: [widened(template, extent, indices)], memories, slots: emitted.slots, ranges };
}
