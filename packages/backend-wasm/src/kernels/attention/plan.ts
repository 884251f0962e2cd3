/** How attention is computed: in which blocks, through what scratch, by which expressions. */
import {
  type AttentionGradientKernel,
  type AttentionRoutine,
  axis as axisOf,
  binary,
  constant,
  dependsOn,
  type Expression,
  load,
  mapStore,
  type Store,
  select,
  strideAlong,
  weightedSum,
} from '@evenkeel/backend';
import { partsOf, replacing } from '../../renderer/graph.ts';
import type { Features } from '../../renderer/vector-math.ts';
import { type Axis, axesFrom } from '../contraction/axes.ts';
import { type RegisterTile, registerTile } from '../contraction/micro-kernel.ts';

/** Scratch that expressions read and write by row and column. */
export interface Block {
  readonly binding: number;
  readonly rows: number;
  readonly pitch: number;
}

export interface AttentionPlan {
  readonly kernel: AttentionRoutine;
  readonly tile: RegisterTile;
  readonly batch: readonly Axis[];
  readonly row: Axis;
  readonly column: Axis;
  readonly depth: Axis;
  readonly width: Axis;
  /** No axis of expressions: code inside it forgets what it has computed. */
  readonly free: Axis;
  readonly blocks: Blocks;
  /** What is stored in scratch before it is multiplied, or in between. */
  readonly staged: {
    readonly query: Store;
    readonly key: Store;
    readonly value: Store;
    readonly cotangent: Store | undefined;
    /** Over the plain scores, where there is more to them. */
    readonly scores: Store | undefined;
    readonly factor: Store | undefined;
  };
  /** Instead of a staged factor. */
  readonly running: RunningFactor | undefined;
  /** From a row of the factor to the next. */
  readonly factorPitch: number;
  /** Σ_width of it is what the derivative of each score in a row is less by. */
  readonly lessened: Expression | undefined;
  /** What leaves, from scratch. */
  readonly results: {
    /** At (row, width) forward, at (row, depth) backward. */
    readonly rows: readonly Store[];
    readonly keys: readonly Store[];
    readonly values: readonly Store[];
  };
}

/**
 * A factor that depends on its place by random numbers alone, which run on from row to row: it is made of whole blocks of them, whatever
 * the length of a row.
 */
export interface RunningFactor {
  /** The number of a score's random word. */
  readonly word: Expression;
  /** Of which four words the run begins. */
  readonly fours: Axis;
  readonly along: Axis;
  readonly store: Store;
}

/** Rows of queries come block by block; keys and values are those of a whole batch index. */
export interface Blocks {
  readonly query: Block;
  readonly key: Block;
  readonly value: Block;
  readonly scores: Block;
  readonly factor: Block;
  /** Weighted values, or derivatives of queries. */
  readonly rows: Block;
  /** A number for each row: the inverse of the sum of its weights, or what their derivatives are less by. */
  readonly rowNumbers: Block;
  readonly cotangent: Block;
  readonly scoreGradient: Block;
  readonly keyGradient: Block;
  readonly valueGradient: Block;
}

/** Rows that are worked on at a time: their scores are in scratch. Here tiles of rows and vectors end together, and tiles of eight columns. */
export const blockRows = 24;
/** Zeros behind the last vector of scores that a row sees, which a tile of rows reads. */
const scoreSlack = 4;

export function planAttention(kernel: AttentionRoutine, features: Features): AttentionPlan {
  const { rows, columns, depth, width, scale } = kernel;
  const isForward = kernel.routine === 'attention';
  const first = kernel.batch.length;
  const extents = [rows, columns, depth, width, 1, 1, blockRows * columns];
  const [row, column, deep, wide, free, fours, along] = axesFrom(extents, first) as [
    Axis,
    Axis,
    Axis,
    Axis,
    Axis,
    Axis,
    Axis,
  ];
  const tile = registerTile(features);
  const scorePitch = even(columns, tile.columns) + scoreSlack;
  let binding = kernel.bindings.length;
  const block = (rows: number, pitch: number): Block => ({ binding: binding++, rows: even(rows, blockRows), pitch });
  const [depthPitch, widthPitch] = [even(depth, tile.columns), even(width, tile.columns)];
  const blocks: Blocks = {
    query: block(blockRows, depthPitch),
    key: block(columns, depthPitch),
    value: block(columns, widthPitch),
    scores: block(blockRows, scorePitch),
    factor: block(blockRows, scorePitch),
    rows: block(blockRows, isForward ? widthPitch : depthPitch),
    rowNumbers: block(blockRows, 1),
    cotangent: block(blockRows, widthPitch),
    scoreGradient: block(blockRows, scorePitch),
    keyGradient: block(columns, depthPitch),
    valueGradient: block(columns, widthPitch),
  };
  const at = ({ binding, pitch }: Block, down: Axis, along?: Axis): Expression => {
    const index = along ? weightedSum([axisOf(down.axis), axisOf(along.axis)], [pitch, 1]) : axisOf(down.axis);
    return load('float32', binding, index);
  };
  const into = (block: Block, down: Axis, along: Axis, value: Expression): Store => {
    const place = at(block, down, along) as Expression & { kind: 'load' };
    return { binding: block.binding, index: place.index, value };
  };
  const scaled = (e: Expression): Expression => (scale === 1 ? e : binary('mul', e, constant('float32', scale)));
  const from = (stores: readonly Store[], sum: Expression): Store[] => {
    const replace = replacing((part) => (part.kind === 'reduced' ? sum : undefined));
    return stores.map((store) => mapStore(store, replace));
  };
  const scores = scoresOf(kernel, at(blocks.scores, row, column));
  const running = runningFactor(kernel, blocks.factor.binding, [row, column], fours, along);
  const gradient: AttentionGradientKernel | undefined = isForward ? undefined : kernel;
  const sumOfRow = at(blocks.rows, row, isForward ? wide : deep);
  return {
    kernel,
    tile,
    batch: axesFrom(kernel.batch, 0),
    row,
    column,
    depth: deep,
    width: wide,
    free,
    blocks,
    staged: {
      query: into(blocks.query, row, deep, scaled(kernel.query)),
      key: into(blocks.key, column, deep, kernel.key),
      value: into(blocks.value, column, wide, kernel.value),
      cotangent: gradient && into(blocks.cotangent, row, wide, gradient.cotangent),
      scores: scores && into(blocks.scores, row, column, scores),
      factor: running || !kernel.factor ? undefined : into(blocks.factor, row, column, kernel.factor),
    },
    running,
    factorPitch: running ? columns : scorePitch,
    lessened: gradient && binary('mul', gradient.output, gradient.cotangent),
    results: isForward
      ? { rows: from(kernel.stores, binary('mul', sumOfRow, at(blocks.rowNumbers, row))), keys: [], values: [] }
      : {
          rows: from(kernel.queryStores, scaled(sumOfRow)),
          keys: from(kernel.keyStores, at(blocks.keyGradient, column, deep)),
          values: from(kernel.valueStores, at(blocks.valueGradient, column, wide)),
        },
  };
}

function runningFactor(
  { factor, columns, causal }: AttentionRoutine,
  binding: number,
  [row, column]: readonly [Axis, Axis],
  fours: Axis,
  along: Axis,
): RunningFactor | undefined {
  if (!factor || causal) return undefined;
  const [drawn, another] = [...partsOf([factor])].filter((part) => part.kind === 'random');
  if (!drawn || another) return undefined;
  const word = drawn.a;
  if (strideAlong(word, row.axis) !== columns || strideAlong(word, column.axis) !== 1) return undefined;
  const a = weightedSum([axisOf(fours.axis), axisOf(along.axis)], [4, 1]);
  const value = replacing((part) => (part === drawn ? { ...drawn, a } : undefined))(factor);
  if (dependsOn(value, row.axis) || dependsOn(value, column.axis)) return undefined;
  return { word, fours, along, store: { binding, index: axisOf(along.axis), value } };
}

/** The scores with what is added to them, −∞ where nothing is seen; undefined where they are just the products. */
function scoresOf({ bias, seen }: AttentionRoutine, products: Expression): Expression | undefined {
  if (!bias && !seen) return undefined;
  const scores = bias ? binary('add', products, bias) : products;
  return seen ? select(seen, scores, constant('float32', -Infinity)) : scores;
}

export function even(size: number, step: number): number {
  return Math.ceil(size / step) * step;
}
