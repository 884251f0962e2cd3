import { type DType, lowestScore, type Shape, sizeOf } from '@evenkeel/backend';
import type { AttributesOf } from '@evenkeel/compiler';
import { ulps } from '../host/accuracy.ts';
import { between, type Draw, integersBetween, magnitude } from '../host/draw.ts';
import { elementAt, type HostTensor, positionsOf, store } from '../host/host-tensor.ts';
import type { Layout } from '../host/layout.ts';
import { type Case, type CaseInput, drawCase, type InputPlan, type OperationCases } from './operation-cases.ts';
import { floats } from './pointwise.ts';

type Attention = AttributesOf<'attention'>;
type Gradient = AttributesOf<'attentionGradient'>;
type Extra = Attention['extras'][number];

interface Sizes {
  readonly batch?: Shape;
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  readonly width: number;
  readonly causal?: boolean;
  readonly headsInside?: boolean;
  readonly scale?: number;
  readonly extras?: readonly Extra[];
  /** Of query, key and value. */
  readonly layouts?: readonly [Layout, Layout, Layout];
  /** Of each of the extras. */
  readonly extraLayout?: Layout;
}

/** Small enough to be differentiated twice by differences. */
const tiny: readonly Sizes[] = [
  { rows: 2, columns: 2, depth: 1, width: 1 },
  { rows: 2, columns: 2, depth: 1, width: 1, causal: true },
  { rows: 1, columns: 2, depth: 1, width: 1, extras: ['bias', 'seen', 'factor'] },
  { rows: 2, columns: 1, depth: 1, width: 2, extras: ['factor'] },
];

/** Sizes around vectors and blocks, more rows than columns and fewer, and all that attention may be given. */
const sizes: readonly Sizes[] = [
  ...tiny,
  { rows: 1, columns: 1, depth: 1, width: 1 },
  { rows: 1, columns: 7, depth: 3, width: 2 },
  { rows: 7, columns: 1, depth: 3, width: 2 },
  { rows: 3, columns: 5, depth: 2, width: 3, extras: ['bias'] },
  { rows: 5, columns: 7, depth: 3, width: 9, causal: true },
  { rows: 9, columns: 4, depth: 5, width: 1, causal: true },
  { rows: 4, columns: 9, depth: 1, width: 5, causal: true, extras: ['seen'] },
  { rows: 8, columns: 8, depth: 8, width: 8 },
  { rows: 33, columns: 31, depth: 5, width: 7, causal: true },
  { rows: 65, columns: 66, depth: 17, width: 9 },
  { rows: 13, columns: 130, depth: 4, width: 6, extras: ['bias', 'seen'] },
  { rows: 70, columns: 70, depth: 64, width: 64, causal: true },
  { batch: [2], rows: 6, columns: 5, depth: 4, width: 3, extras: ['factor'] },
  { batch: [2, 3], rows: 5, columns: 6, depth: 4, width: 4, headsInside: true },
  { batch: [2, 3], rows: 17, columns: 17, depth: 8, width: 8, headsInside: true, causal: true, extras: ['factor'] },
  { batch: [2, 1, 3], rows: 3, columns: 4, depth: 2, width: 5, headsInside: true, extras: ['bias', 'seen', 'factor'] },
  { rows: 5, columns: 4, depth: 6, width: 3, layouts: ['transposed', 'transposed', 'transposed'] },
  { batch: [2], rows: 4, columns: 6, depth: 3, width: 5, layouts: ['stepped', 'reversed', 'offset'] },
  { batch: [3], rows: 4, columns: 5, depth: 2, width: 3, layouts: ['contiguous', 'expandedFirst', 'expandedFirst'] },
  { batch: [3], rows: 4, columns: 5, depth: 2, width: 3, extras: ['bias', 'seen'], extraLayout: 'expandedFirst' },
  { rows: 6, columns: 7, depth: 2, width: 3, extras: ['bias', 'seen', 'factor'], extraLayout: 'transposed' },
  { rows: 3, columns: 4, depth: 2, width: 3, layouts: ['uniform', 'contiguous', 'contiguous'] },
  { rows: 3, columns: 4, depth: 2, width: 3, layouts: ['contiguous', 'uniform', 'uniform'] },
];

/** Most of it is seen; of the first rows of a longer mask, nothing. */
const seenOften: Draw = (random, i, count) => (count > 8 && i < count / 8 ? 0 : Number(random() < 0.8));
const drawn: Readonly<Record<Extra, Draw>> = { bias: between(-2, 2), seen: seenOften, factor: between(0, 2) };

function plansOf(one: Sizes, dtype: DType, draws: Readonly<Record<Extra, Draw>> = drawn): InputPlan[] {
  const { batch = [], rows, columns, depth, width, extras = [], extraLayout = 'contiguous' } = one;
  const layouts = one.layouts ?? ['contiguous', 'contiguous', 'contiguous'];
  return [
    { shape: [...batch, rows, depth], dtype, draw: between(-2, 2), layout: layouts[0] },
    { shape: [...batch, columns, depth], dtype, draw: between(-2, 2), layout: layouts[1] },
    { shape: [...batch, columns, width], dtype, draw: magnitude(0.5, 2), layout: layouts[2] },
    ...extras.map((extra) => ({
      shape: [...batch, rows, columns],
      dtype: extra === 'seen' ? ('bool' as const) : dtype,
      draw: draws[extra],
      layout: extraLayout,
    })),
  ];
}

const attributesOf = ({ depth, scale, causal = false, headsInside = false, extras = [] }: Sizes): Attention => ({
  scale: scale ?? Math.fround(1 / Math.sqrt(depth)),
  causal,
  extras,
  headsInside,
});

const casesOf = (dtype: DType, all: readonly Sizes[]) =>
  all.map((one) => drawCase<Attention>(plansOf(one, dtype), attributesOf(one)));

/** The derivatives of each, of what attention gives on these inputs, with a cotangent of that. */
function gradientCases(dtype: DType, all: readonly Sizes[]): Case<Gradient>[] {
  return all.flatMap((one) => {
    const { batch = [], rows, width, headsInside } = one;
    const shape = headsInside ? [...batch.slice(0, -1), rows, batch.at(-1) as number, width] : [...batch, rows, width];
    const given: InputPlan = { shape, dtype, draw: between(-1, 1) };
    const plans = plansOf(one, dtype);
    return (['query', 'key', 'value'] as const).map((of) => {
      const { inputs, ...drawnCase } = drawCase<Gradient>([...plans.slice(0, 3), given, given, ...plans.slice(3)], {
        ...attributesOf(one),
        of,
      });
      const own = [...inputs.slice(0, 3), ...inputs.slice(5)];
      const output = attention.reference(own, attributesOf(one), given, []);
      const values = output.map((value) => store(dtype, value));
      return { ...drawnCase, inputs: inputs.with(3, { ...(inputs[3] as CaseInput), values }) };
    });
  });
}

const empty: readonly Sizes[] = [
  { rows: 0, columns: 3, depth: 2, width: 2 },
  { rows: 3, columns: 0, depth: 2, width: 2 },
  { rows: 3, columns: 2, depth: 2, width: 0 },
  { batch: [0], rows: 3, columns: 2, depth: 2, width: 2 },
];

/** Weights that overflow or vanish unless the largest score is taken off first, and masks made of numbers. */
function unusual(dtype: DType): Case<Attention>[] {
  const large = { rows: 6, columns: 9, depth: 3, width: 4, scale: 1 };
  const huge = plansOf(large, dtype).map((plan, i) => (i < 2 ? { ...plan, draw: integersBetween(-60, 60) } : plan));
  const masked: Draw = (random, i, count) =>
    i < count / 4 || random() < 0.3 ? ([10 * lowestScore, Number.NEGATIVE_INFINITY][i % 2] ?? 0) : random();
  const barred: Sizes = { rows: 8, columns: 5, depth: 3, width: 2, extras: ['bias'] };
  const behind: Sizes = { rows: 5, columns: 5, depth: 2, width: 2, extras: ['bias', 'seen'], causal: true };
  return [
    drawCase(huge, attributesOf(large), 'scores up to 10000'),
    drawCase(plansOf(barred, dtype, { ...drawn, bias: masked }), attributesOf(barred), 'a bias that bars'),
    drawCase(
      plansOf(behind, dtype, { ...drawn, bias: () => Number.NaN, seen: () => 0 }),
      attributesOf(behind),
      'NaN where nothing is seen',
    ),
  ];
}

/** The weights before the factor, the factor and what is reached through them, at one position of the batch. */
function weighing(inputs: readonly HostTensor[], { scale, causal, extras }: Attention, batch: readonly number[]) {
  const [query, key, value] = inputs as [HostTensor, HostTensor, HostTensor];
  const [rows, depth] = query.shape.slice(-2) as [number, number];
  const [columns, width] = value.shape.slice(-2) as [number, number];
  const read = (from: HostTensor, i: number, j: number) => elementAt(from, [...batch, i, j]);
  const extra = (name: Extra, i: number, j: number) => {
    const at = extras.indexOf(name);
    return at < 0 ? undefined : read(inputs[3 + at] as HostTensor, i, j);
  };
  const factor = (i: number, j: number) => extra('factor', i, j) ?? 1;
  const weights = Array.from({ length: rows }, (_, i) => {
    const scores = Array.from({ length: columns }, (_, j) => {
      let score = 0;
      for (let d = 0; d < depth; d++) score += read(query, i, d) * read(key, j, d);
      const isSeen = (!causal || j <= i) && extra('seen', i, j) !== 0;
      return isSeen ? score * scale + (extra('bias', i, j) ?? 0) : Number.NEGATIVE_INFINITY;
    });
    const largest = Math.max(lowestScore, ...scores);
    const powers = scores.map((score) => Math.exp(score - largest));
    const total = powers.reduce((sum, power) => sum + power, 0);
    return powers.map((power) => (total === 0 ? 0 : power / total));
  });
  return { query, key, value, rows, columns, depth, width, read, factor, weights };
}

/** Positions of the leading dimensions. */
const batchesOf = ({ shape }: HostTensor) => positionsOf(shape.slice(0, -2));

/** Puts values that were found by leading position, row and place into the order of the result. */
function inOrder(
  output: { readonly shape: Shape },
  headsInside: boolean,
  find: (position: readonly number[]) => number,
) {
  return positionsOf(output.shape).map((position) => {
    const at = [...position];
    if (headsInside) at.splice(-3, 2, position.at(-2) as number, position.at(-3) as number);
    return find(at);
  });
}

/** A value for each leading position, computed once. */
function byBatch<Value>(query: HostTensor, compute: (batch: readonly number[]) => Value) {
  const known = new Map(batchesOf(query).map((batch) => [String(batch), compute(batch)]));
  return (position: readonly number[]) => known.get(String(position.slice(0, -2))) as Value;
}

export const attention: OperationCases<Attention> = {
  dtypes: floats,
  accuracy: ulps(16, 64),
  reference(inputs, attributes, output) {
    const at = byBatch(inputs[0] as HostTensor, (batch) => weighing(inputs, attributes, batch));
    return inOrder(output, attributes.headsInside, (position) => {
      const { weights, factor, read, value, columns } = at(position);
      const [i, d] = position.slice(-2) as [number, number];
      let sum = 0;
      for (let j = 0; j < columns; j++) {
        const weight = (weights[i]?.[j] as number) * factor(i, j);
        if (weight !== 0) sum += weight * read(value, j, d);
      }
      return sum;
    });
  },
  forward: (dtype) => [...casesOf(dtype, [...sizes, ...empty]), ...unusual(dtype)],
  backward: () => casesOf('float32', sizes),
};

export const attentionGradient: OperationCases<Gradient> = {
  dtypes: floats,
  accuracy: ulps(64, 512),
  reference(inputs, attributes, output) {
    const { of, scale, headsInside } = attributes;
    const cotangent = inputs[4] as HostTensor;
    const own = [...inputs.slice(0, 3), ...inputs.slice(5)];
    const inResult = (from: HostTensor, batch: readonly number[], i: number, d: number) =>
      elementAt(from, headsInside ? [...batch.slice(0, -1), i, batch.at(-1) as number, d] : [...batch, i, d]);
    const at = byBatch(inputs[0] as HostTensor, (batch) => {
      const parts = weighing(own, attributes, batch);
      const { weights, factor, read, value, width } = parts;
      const g = (i: number, d: number) => inResult(cotangent, batch, i, d);
      const ofScores = weights.map((row, i) => {
        const ofWeights = row.map((_, j) => {
          let sum = 0;
          for (let d = 0; d < width; d++) sum += g(i, d) * read(value, j, d);
          return sum * factor(i, j);
        });
        const mean = row.reduce((sum, weight, j) => sum + weight * (ofWeights[j] as number), 0);
        return row.map((weight, j) => weight * ((ofWeights[j] as number) - mean));
      });
      return { ...parts, g, ofScores };
    });
    return positionsOf(output.shape).map((position) => {
      const { query, key, rows, columns, read, weights, factor, g, ofScores } = at(position);
      const [n, d] = position.slice(-2) as [number, number];
      let sum = 0;
      for (let m = 0; m < (of === 'query' ? columns : rows); m++) {
        if (of === 'query') sum += scale * (ofScores[n]?.[m] as number) * read(key, m, d);
        else if (of === 'key') sum += scale * (ofScores[m]?.[n] as number) * read(query, m, d);
        else sum += (weights[m]?.[n] as number) * factor(m, n) * g(m, d);
      }
      return sum;
    });
  },
  forward: (dtype) =>
    gradientCases(
      dtype,
      [...sizes, ...empty].filter((one) => sizeOf(one.batch ?? []) < 7),
    ),
  backward: () =>
    gradientCases(
      'float32',
      sizes.filter(({ rows, columns }) => rows * columns < 100),
    ),
};
