/** How the work of a contraction is cut among threads: by its shape alone, so that no result depends on how many there are. */
import type { Features } from '../../renderer/vector-math.ts';
import { type Cut, cut } from '../share.ts';
import { timeOf } from '../vector-axis.ts';
import { longAxes, sizeOfAxes } from './axes.ts';
import { directRows, isWhole } from './blocks.ts';
import { directTile, dotColumns } from './direct.ts';
import { registerTile } from './micro-kernel.ts';
import type { Operand } from './operand.ts';
import type { ContractionPlan } from './plan.ts';

export interface Division {
  /** - turns: groups of turns are added up on their own, and then together. nothing: one thread does it all. */
  readonly by: 'nothing' | 'batch' | 'turns' | 'rows' | 'columns';
  readonly cut: Cut;
  /** Nanoseconds on one thread, roughly. */
  readonly work: number;
  /** The turns of a group. */
  readonly groupTurns: number;
}

/** Sums of so many groups of turns lie side by side, fewer where they are large. */
const mostGroups = 8;
const groupElements = 1 << 24;
// Fewer rows than these are cut along the columns.
const fewRows = 24;

export function divide(plan: ContractionPlan, features: Features): Division {
  const { batch, turns, rows, columns, columnAxes, depth, method, pitch, left, right } = plan;
  const [batches, turnCount] = [sizeOfAxes(batch), sizeOfAxes(turns)];
  const computing = [left, right].reduce((time, operand) => time + computedTime(operand), 0);
  const work = batches * turnCount * ((rows * columns * depth) / 20 + computing);
  const division = (by: Division['by'], made: Cut, groupTurns = 0): Division => ({
    by: made.parts > 1 ? by : 'nothing',
    cut: made,
    work,
    groupTurns,
  });
  if (batches > 1) return division('batch', cut(batches, 1, work));
  if (turns.length > 0) {
    const fitting = Math.max(2, Math.floor(groupElements / (rows * pitch)));
    const groups = Math.min(mostGroups, fitting, cut(turnCount, 1, work).parts);
    const groupTurns = Math.ceil(turnCount / groups);
    return division('turns', { parts: Math.ceil(turnCount / groupTurns), unit: 1 }, groupTurns);
  }
  if (method === 'packed') {
    const tile = registerTile(features);
    // Columns of a part begin where vector loops over them have whole steps.
    const panelPair = 2 * tile.columns;
    // Each thread then packs the part of b that it reads; but all pack a, which should be the smaller one.
    if (columns >= 2 * rows && (isWhole(plan) || longAxes(columnAxes).length === 1)) {
      return division('columns', cut(Math.ceil(columns / panelPair), panelPair, work));
    }
    return division('rows', cut(Math.ceil(rows / tile.rows), tile.rows, work));
  }
  if (rows < fewRows) {
    const [, wide] = directTile(features, rows, columns, method === 'panels' ? 'panels' : 'rows');
    const step = method === 'dot' ? dotColumns : wide;
    const strips = Math.floor(columns / step);
    if (strips > 1) return division('columns', cut(strips, step, work));
  }
  const block = directRows(plan, true);
  return division('rows', cut(Math.ceil(rows / block), block, work));
}

/** Nanoseconds that an operand takes to compute where it is not computed once for all. */
function computedTime({ computed, isShared }: Operand): number {
  if (!computed || isShared) return 0;
  return computed.stages.reduce(
    (time, { store, elements }) => time + elements * timeOf({ values: [store.value], stores: [store] }),
    0,
  );
}
