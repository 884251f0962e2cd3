import { type LoopKernel, partsOf, sizeOf, strideAlong } from '@evenkeel/backend';
import type { Profile } from './profile.ts';

/** How invocations share the reductions of a loop. */
export interface Team {
  /** Outer indices of a workgroup. */
  readonly columns: number;
  /** Invocations that work on one outer index together. */
  readonly lanes: number;
  /** Whether neighboring invocations have neighboring outer indices; otherwise neighboring inner ones. */
  readonly byColumns: boolean;
  /** Parts into which the inner indices are cut, each with a workgroup of its own. */
  readonly splits: number;
  /** Whether lanes put together what they have by subgroups first. */
  readonly subgroups?: boolean;
}

/** Bytes of shared memory that every device has. */
const sharedBytes = 16_384;
const mostInvocations = 256;
/** Workgroups that keep a device busy. */
const enoughGroups = 64;
/** Elements for an invocation that are worth another workgroup, and another dispatch that adds the parts. */
const leastOfPart = 16;
const mostSplits = 256;
/** Workgroups that keep the cores of a processor busy, and invocations that one of them computes at once. */
const enoughForCores = 16;
const coreVector = 4;

/** The team for a loop's shape: by rows or columns, as its memory is laid out; in parts where there are few outer indices. */
export function teamOf(kernel: LoopKernel, { sharedMemory, subgroups = false }: Profile): Team {
  const [outer, inner] = [sizeOf(kernel.outer), sizeOf(kernel.inner)];
  if (!sharedMemory) return loners(outer, inner);
  const most = Math.min(mostInvocations, powerBelow(sharedBytes / 4 / Math.max(1, kernel.reductions.length)));
  const byColumns = isByColumns(kernel) && outer >= 8;
  const columnsAtMost = byColumns ? Math.min(32, powerAbove(outer)) : 1;
  const lanes = Math.min(most / columnsAtMost, powerBelow(Math.max(1, inner / 8)));
  const columns = Math.max(columnsAtMost, Math.min(powerAbove(outer), 64 / lanes));
  const groups = Math.ceil(outer / columns);
  const parts = Math.floor(inner / (lanes * leastOfPart));
  const splits = groups < enoughGroups / 2 ? Math.min(Math.ceil(enoughGroups / groups), parts, mostSplits) : 1;
  return { columns, lanes, byColumns, splits: splits >= 4 ? splits : 1, subgroups: subgroups && !byColumns };
}

/**
 * Invocations that work alone, on a GPU in software: in as many workgroups as keep a processor's cores busy, each of at least one of
 * its vectors; in parts where there are fewer outer indices than that.
 */
function loners(outer: number, inner: number): Team {
  const columns = Math.min(64, Math.max(coreVector, powerAbove(outer / enoughForCores)));
  const enough = enoughForCores * coreVector;
  const splits = outer < enough ? Math.min(Math.ceil((4 * enough) / outer), Math.floor(inner / leastOfPart)) : 1;
  return { columns, lanes: 1, byColumns: false, splits: splits >= 4 ? splits : 1 };
}

/** Whether more of what is read lies side by side along the last outer axis than along the last inner one. */
function isByColumns({ outer, inner, reductions, elementStores }: LoopKernel): boolean {
  const [across, along] = [lastWide(outer, 0), lastWide(inner, outer.length)];
  if (across === undefined || along === undefined) return across !== undefined;
  let balance = 0;
  for (const part of partsOf([...reductions, ...elementStores].map(({ value }) => value))) {
    if (part.kind !== 'load') continue;
    if (strideAlong(part.index, across) === 1) balance++;
    if (strideAlong(part.index, along) === 1) balance--;
  }
  return balance > 0;
}

function lastWide(extents: readonly number[], first: number): number | undefined {
  const last = extents.findLastIndex((extent) => extent > 1);
  return last < 0 ? undefined : first + last;
}

function powerBelow(x: number): number {
  return 2 ** Math.floor(Math.log2(x));
}

function powerAbove(x: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(1, x)));
}
