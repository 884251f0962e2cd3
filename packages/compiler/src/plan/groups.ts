/** Which kernels do the same on other memories and may run at the same time. */
import { getOrMake } from '@evenkeel/backend';
import type { Emitted } from '../emission/emit.ts';
import { type Memory, placeOf } from '../fusion/memory.ts';
import { type MapKernel, mapKernelOf, type Operand } from './map-kernel.ts';

/** Steps of a plan: kernels, or something else that works on memory. */
export type Part = Emitted | { readonly memories: readonly Memory[] };

/** A map kernel and when it would run by itself. */
export interface Timed extends MapKernel {
  readonly time: number;
}

/** Map kernels that do the same and may all run where the last of them does. */
export interface Group {
  readonly members: Timed[];
  /** By memory. */
  readonly accesses: Map<unknown, Access[]>;
  isOpen: boolean;
}

interface Access {
  readonly memory: unknown;
  readonly writes: boolean;
  readonly from: number;
  readonly to: number;
}

/** Groups of more than one. */
export function groupsOf(parts: readonly Part[]): Group[] {
  const groups: Group[] = [];
  const byWork = new Map<string, Group[]>();
  const byMemory = new Map<unknown, Set<Group>>();
  parts.forEach((part, time) => {
    const map = 'kernels' in part ? mapKernelOf(part) : undefined;
    const accesses = map ? map.operands.map((operand) => accessOf(map, operand)) : accessesOf(part);
    const same = map ? (byWork.get(map.work) ?? []) : [];
    const own = map && same.find((group) => group.isOpen && isAlike(group, map) && !meet(group, accesses));
    // Who comes later than this part may not wait for it.
    for (const { memory } of accesses) {
      for (const group of byMemory.get(memory) ?? []) {
        if (group !== own && group.isOpen && meet(group, accesses)) group.isOpen = false;
      }
    }
    if (!map) return;
    const group: Group = own ?? { members: [], accesses: new Map(), isOpen: true };
    if (!own) {
      groups.push(group);
      byWork.set(map.work, [...same.filter(({ isOpen }) => isOpen), group]);
    }
    group.members.push({ ...map, time });
    for (const access of accesses) {
      const { memory } = access;
      getOrMake(group.accesses, memory, () => []).push(access);
      getOrMake(byMemory, memory, () => new Set()).add(group);
    }
  });
  return groups.filter(({ members }) => members.length > 1);
}

/** Whether what does not go along with the elements is the same for all. */
function isAlike({ members }: Group, map: MapKernel): boolean {
  return map.operands.every((operand, p) => {
    const others = members.map(({ operands }) => operands[p] as Operand);
    const known = others.find(({ moves }) => moves !== undefined)?.moves;
    if (operand.moves !== undefined && known !== undefined && operand.moves !== known) return false;
    if ((operand.moves ?? known) !== false) return true;
    const place = placeOf(operand.memory);
    return others.every(({ memory, offset }) => offset === operand.offset && placeOf(memory) === place);
  });
}

function accessOf({ kernel, size }: MapKernel, { binding, memory, offset, moves }: Operand): Access {
  const writes = kernel.bindings[binding]?.access === 'write';
  return { memory: placeOf(memory), writes, from: offset, to: offset + (moves === false ? 1 : size) };
}

/** What other parts do; where, is not known. */
function accessesOf(part: Part): Access[] {
  const bindings = 'kernels' in part ? part.kernels[0]?.bindings : undefined;
  return part.memories.map((memory, i) => {
    const writes = bindings?.[i]?.access !== 'read';
    return { memory: placeOf(memory), writes, from: 0, to: Infinity };
  });
}

/** Whether one writes what the other reads or writes. */
function meet(group: Group, accesses: readonly Access[]): boolean {
  return accesses.some(({ memory, writes, from, to }) =>
    group.accesses.get(memory)?.some((other) => (writes || other.writes) && from < other.to && other.from < to),
  );
}
