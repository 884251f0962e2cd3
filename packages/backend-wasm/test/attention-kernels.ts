/** Attention kernels over memory that lies as models have it. */
import {
  type AttentionGradientKernel,
  type AttentionKernel,
  axis,
  binary,
  cast,
  constant,
  type Expression,
  type KernelBinding,
  load,
  random,
  reduced,
  type Scalar,
  type Store,
  select,
  weightedSum,
} from '@evenkeel/backend';
import { numbers } from './device.ts';
import { f32 } from './kernels.ts';

export interface AttentionCase {
  readonly batch?: readonly number[];
  readonly rows: number;
  readonly columns?: number;
  readonly depth?: number;
  readonly width?: number;
  readonly causal?: boolean;
  readonly scale?: number;
  /** What queries and keys are multiplied by, for large scores. */
  readonly size?: number;
  /** Added to the scores: a number for each, or for each column; or what hides some, and all of some rows. */
  readonly bias?: 'full' | 'columns' | 'hides';
  readonly seen?: 'full' | 'columns' | 'none in some rows';
  readonly factor?: 'given' | 'drawn';
  /** - heads: side by side in tokens, with a bias, and stored so. transposed: rows or columns contiguous. */
  readonly layout?: 'plain' | 'heads' | 'transposed';
  /** Derivatives that are wanted. */
  readonly of?: readonly ('query' | 'key' | 'value')[];
}

export interface GivenKernel<K> {
  readonly kernel: K;
  readonly inputs: number[][];
  readonly arguments: number[];
}

class Memory {
  readonly bindings: KernelBinding[] = [];
  readonly inputs: number[][] = [];

  read(terms: readonly (readonly [number, number])[], data: number[], dtype: Scalar = f32): Expression {
    const binding = this.bindings.push({ dtype, access: 'read' }) - 1;
    this.inputs.push(data);
    return load(dtype, binding, indexOf(terms));
  }

  write(terms: readonly (readonly [number, number])[], size: number): Store {
    const binding = this.bindings.push({ dtype: f32, access: 'write' }) - 1;
    this.inputs.push(numbers(size, 99));
    return { binding, index: indexOf(terms), value: reduced(f32, 0) };
  }
}

const indexOf = (terms: readonly (readonly [number, number])[]): Expression =>
  weightedSum(
    terms.map(([a]) => axis(a)),
    terms.map(([, stride]) => stride),
  );

function parts(memory: Memory, given: AttentionCase) {
  const { batch = [2], rows, columns = rows, depth = 8, width = depth, size = 1, layout = 'plain' } = given;
  const [row, column, deep, wide] = [0, 1, 2, 3].map((i) => batch.length + i) as [number, number, number, number];
  const batches = batch.reduce((a, b) => a * b, 1);
  const heads = batch.at(-1) ?? 1;
  const extents = new Map<number, number>([
    [row, rows],
    [column, columns],
    [deep, depth],
    [wide, width],
  ]);
  /** A matrix for each batch index. */
  const terms = (down: number, along: number): [number, number][] => {
    const [long, short] = [extents.get(down) as number, extents.get(along) as number];
    const steps = batch.map((_, i) => batch.slice(i + 1).reduce((a, b) => a * b, long * short));
    if (layout === 'heads' && batch.length > 0) {
      steps[steps.length - 1] = short;
      return [...batch.map((_, i) => [i, steps[i]] as [number, number]), [down, heads * short], [along, 1]];
    }
    const [step, next] = layout === 'transposed' ? [1, long] : [short, 1];
    return [...batch.map((_, i) => [i, steps[i]] as [number, number]), [down, step], [along, next]];
  };
  let seed = 1;
  const matrix = (down: number, along: number, by = 1): Expression => {
    const count = batches * (extents.get(down) as number) * (extents.get(along) as number);
    const plain = memory.read(
      terms(down, along),
      numbers(count, seed++).map((x) => Math.fround(x * by)),
    );
    if (layout !== 'heads') return plain;
    const last = batch.length - 1;
    const short = extents.get(along) as number;
    return binary(
      'add',
      plain,
      memory.read(
        [
          [last, short],
          [along, 1],
        ],
        numbers(heads * short, seed++),
      ),
    );
  };
  const scores: [number, number][] = [...batch.map((_, i) => [i, 0] as [number, number]), [row, columns], [column, 1]];
  if (batch.length > 0) scores[0] = [0, rows * columns];
  const scoreCount = (batch[0] ?? 1) * rows * columns;
  const bools = (count: number, hidden: (i: number) => boolean) =>
    numbers(count, 51).map((x, i) => (x > 0.4 || hidden(i) ? 0 : 1));
  const query = matrix(row, deep, size);
  const key = matrix(column, deep, size);
  const value = matrix(column, wide);
  const bias =
    given.bias &&
    (given.bias === 'hides'
      ? memory.read(
          scores,
          numbers(scoreCount, 41).map((x, i) => (x > 0.3 || Math.floor(i / columns) % 4 === 2 ? -1e30 : x)),
        )
      : given.bias === 'full'
        ? memory.read(scores, numbers(scoreCount, 41))
        : memory.read([[column, 1]], numbers(columns, 42)));
  const seen =
    given.seen &&
    (given.seen === 'columns'
      ? memory.read(
          [[column, 1]],
          bools(columns, () => false),
          'bool',
        )
      : memory.read(
          scores,
          bools(scoreCount, (i) => given.seen !== 'full' && Math.floor(i / columns) % 3 === 1),
          'bool',
        ));
  const drawn = (): Expression => {
    const word = random(
      indexOf([
        ...batch.map((_, i) => [i, batch.slice(i + 1).reduce((a, b) => a * b, rows * columns)] as [number, number]),
        [row, columns],
        [column, 1],
      ]),
      0,
    );
    const uniform = binary(
      'mul',
      cast(f32, binary('shiftRight', word, constant('uint32', 8))),
      constant(f32, 2 ** -24),
    );
    return select(binary('ge', uniform, constant(f32, 0.25)), constant(f32, 4 / 3), constant(f32, 0));
  };
  const factor = given.factor && (given.factor === 'drawn' ? drawn() : memory.read(scores, numbers(scoreCount, 61)));
  return {
    parts: {
      form: 'routine' as const,
      arguments: given.factor === 'drawn' ? (['uint32', 'uint32', 'uint32', 'uint32'] as const) : [],
      batch,
      rows,
      columns,
      depth,
      width,
      query,
      key,
      value,
      scale: given.scale ?? Math.fround(1 / Math.sqrt(depth)),
      causal: given.causal ?? false,
      ...(bias ? { bias } : {}),
      ...(seen ? { seen } : {}),
      ...(factor ? { factor } : {}),
    },
    matrix,
    store: (down: number, along: number) =>
      memory.write(terms(down, along), batches * (extents.get(down) as number) * (extents.get(along) as number)),
    axes: { row, column, deep, wide },
    arguments: given.factor === 'drawn' ? [12345, 678, 4294967290, 1] : [],
  };
}

export function attentionKernel(given: AttentionCase): GivenKernel<AttentionKernel> {
  const memory = new Memory();
  const { parts: own, store, axes, arguments: args } = parts(memory, given);
  const stores = [store(axes.row, axes.wide)];
  const { bindings, inputs } = memory;
  return { kernel: { ...own, routine: 'attention', bindings, stores }, inputs, arguments: args };
}

export function gradientKernel(given: AttentionCase): GivenKernel<AttentionGradientKernel> {
  const memory = new Memory();
  const { parts: own, matrix, store, axes, arguments: args } = parts(memory, given);
  const { of = ['query', 'key', 'value'] } = given;
  const output = matrix(axes.row, axes.wide);
  const cotangent = matrix(axes.row, axes.wide);
  const wanted = (name: 'query' | 'key' | 'value', down: number, along: number) =>
    of.includes(name) ? [store(down, along)] : [];
  const { bindings, inputs } = memory;
  return {
    kernel: {
      ...own,
      routine: 'attentionGradient',
      bindings,
      output,
      cotangent,
      queryStores: wanted('query', axes.row, axes.deep),
      keyStores: wanted('key', axes.column, axes.deep),
      valueStores: wanted('value', axes.column, axes.wide),
    },
    inputs,
    arguments: args,
  };
}
