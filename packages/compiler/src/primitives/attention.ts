import { type Shape, sameShape } from '@evenkeel/backend';
import { expectDType, floats, shapeError } from '../expectations.ts';
import { companyOfAttention, placeAttention } from '../fusion/attention.ts';
import { attentionKernel } from '../lowering/attention.ts';
import type { Primitive, Spec } from '../primitive.ts';
import { attentionGradient } from './attention-gradient.ts';
import { weighing } from './attention-weights.ts';

/** What attention may be given besides queries, keys and values; `[…, rows, columns]` each, and in this order. */
export type AttentionExtra = 'bias' | 'seen' | 'factor';

export interface AttentionAttributes {
  /** Of the scores. */
  readonly scale: number;
  /** Row i sees columns up to i only. */
  readonly causal: boolean;
  readonly extras: readonly AttentionExtra[];
  /** Whether the last leading dimension, that of the heads, stands behind the rows in what attention gives. */
  readonly headsInside: boolean;
}

/** The dimensions of what attention gives, in its order, of what has the rows behind the heads; its own inverse. */
export function resultOrder(rank: number, { headsInside }: AttentionAttributes): number[] {
  const order = [...new Array(rank).keys()];
  if (headsInside) order.splice(rank - 3, 2, rank - 2, rank - 3);
  return order;
}

/**
 * `softmax(scale · query · keyᵀ + bias) · value`, `[…, rows, depth], […, columns, depth], […, columns, width] → […, rows, width]` with equal
 * leading dimensions, and the extras behind them: a bias on the scores; `seen`, bool, false where a weight is 0; a factor on the weights. A row
 * in which nothing is seen, or all scores are below -1e29, gives zeros. Vaswani et al. 2017, Attention is all you need.
 */
export const attention: Primitive<AttentionAttributes> = {
  name: 'attention',
  infer(inputs, attributes) {
    const shape = expectAttention('attention', inputs, attributes);
    return { shape, dtype: (inputs[0] as Spec).dtype };
  },
  lowering: { kind: 'attention', place: placeAttention, company: companyOfAttention, kernel: attentionKernel },
  saves: [0, 1, 2, 3, 4, 5, 'output'],
  smooth: true,
  gradient({ ops, inputs, output, gradient, attributes }, input) {
    const all = [...inputs.slice(0, 3), output, gradient, ...inputs.slice(3)];
    if (input < 3) {
      const of = (['query', 'key', 'value'] as const)[input] as 'query';
      return ops.apply(attentionGradient, all, { ...attributes, of });
    }
    const { ofScores, weights, ofWeights } = weighing(ops, all, attributes);
    const extra = attributes.extras[input - 3];
    return extra === 'bias' ? ofScores() : extra === 'factor' ? ops.mul(weights, ofWeights()) : undefined;
  },
};

/** The shape of what attention gives, if its inputs fit together. */
export function expectAttention(op: string, inputs: readonly Spec[], attributes: AttentionAttributes): number[] {
  const { extras, headsInside } = attributes;
  const [query, , value] = inputs as [Spec, Spec, Spec];
  expectDType(op, query, floats);
  const others = inputs.length - extras.length;
  inputs.forEach((input, i) => {
    expectDType(op, input, extras[i - others] === 'seen' ? ['bool'] : [query.dtype]);
  });
  const [batch, [rows, depth]] = [query.shape.slice(0, -2), query.shape.slice(-2) as [number, number]];
  const [columns, width] = value.shape.slice(-2) as [number, number];
  const whole = [...batch, rows, width];
  const results = resultOrder(whole.length, attributes).map((dim) => whole[dim] as number);
  const expected = [
    [...batch, rows, depth],
    [...batch, columns, depth],
    [...batch, columns, width],
  ];
  const expectedOf = (i: number) => (i < 3 ? expected[i] : i < others ? results : [...batch, rows, columns]) as Shape;
  const fits =
    depth > 0 &&
    query.shape.length >= (headsInside ? 3 : 2) &&
    inputs.every(({ shape }, i) => sameShape(shape, expectedOf(i)));
  if (fits) return results;
  throw shapeError(
    op,
    inputs.map(({ shape }) => shape),
    `[…, rows, depth], […, columns, depth], […, columns, width]${extras.map((extra) => `, ${extra} […, rows, columns]`).join('')} and a depth of 1 or more`,
  );
}
