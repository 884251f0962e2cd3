/** Attention's weights and their derivatives, written in operations: for what its kernels do not compute. */
import { lowestScore } from '@evenkeel/backend';
import type { Operations } from '../operations.ts';
import type { GradientContext, Spec } from '../primitive.ts';
import { amax } from './amax.ts';
import { type AttentionAttributes, resultOrder } from './attention.ts';
import type { AttentionGradientAttributes } from './attention-gradient.ts';
import { iota } from './iota.ts';
import { matmul } from './matmul.ts';

/** What a masked score becomes: less than any that weighs. */
const unseenScore = 10 * lowestScore;

/**
 * P, the weights before the factor F, and what is derived from them and a cotangent g of what attention gives.
 *
 * @param inputs of the derivative; what attention gave is not read
 */
export function weighing<T extends Spec>(ops: Operations<T>, inputs: readonly T[], attributes: AttentionAttributes) {
  const { scale, causal, extras } = attributes;
  const [query, key, value] = inputs as readonly [T, T, T];
  const ordered = (x: T) => ops.permute(x, resultOrder(x.shape.length, attributes));
  const cotangent = ordered(inputs[4] as T);
  const extra = (name: 'bias' | 'seen' | 'factor'): T | undefined => {
    const at = extras.indexOf(name);
    return at < 0 ? undefined : inputs[5 + at];
  };
  const product = (a: T, b: T) => ops.apply(matmul, [a, b], {});
  const turned = (x: T) => {
    const last = x.shape.length - 1;
    return ops.permute(
      x,
      x.shape.map((_, d) => (d < last - 1 ? d : 2 * last - 1 - d)),
    );
  };
  let scores = ops.mul(product(query, turned(key)), scale);
  const { shape } = scores;
  const rank = shape.length;
  const alongRows = (x: T) => ops.expand(ops.sum(x, [rank - 1]), shape);
  const [bias, seen, factor] = [extra('bias'), extra('seen'), extra('factor')];
  if (bias) scores = ops.add(scores, bias);
  if (seen) scores = ops.where(seen, scores, unseenScore);
  if (causal) {
    const place = (dim: number) => ops.apply(iota, [], { shape, dim });
    scores = ops.where(ops.ge(place(rank - 2), place(rank - 1)), scores, unseenScore);
  }
  const largest = ops.expand(ops.apply(amax, [scores], { dims: [rank - 1] }), shape);
  const powers = ops.where(ops.lt(scores, lowestScore), 0, ops.exp(ops.sub(scores, largest)));
  const total = alongRows(powers);
  const weights = ops.div(powers, ops.where(ops.eq(total, 0), 1, total));
  const weighed = (x: T) => (factor ? ops.mul(x, factor) : x);
  /** The cotangent of P · F. */
  const ofWeights = () => product(cotangent, turned(value));
  /** The cotangent of P less its part in the sum, which is the mean of its row. */
  const excess = () => {
    const ofP = weighed(ofWeights());
    return ops.sub(ofP, alongRows(ops.mul(weights, ofP)));
  };
  const ofScores = () => ops.mul(weights, excess());
  return {
    ...{ query, key, value, cotangent, scale, weights },
    ...{ product, ordered, turned, alongRows, weighed, ofWeights, excess, ofScores },
  };
}

/** The derivative of a derivative of attention; h is the cotangent of that. */
export function secondDerivative<T extends Spec>(
  { ops, inputs, gradient: h, attributes }: GradientContext<T, AttentionGradientAttributes>,
  input: number,
): T | undefined {
  const { extras, of } = attributes;
  const role = ['query', 'key', 'value', 'output', 'cotangent', ...extras][input];
  if (role === 'output' || role === 'seen') return undefined;
  const parts = weighing(ops, inputs, attributes);
  const { query, key, value, cotangent, weights, weighed, ofWeights, product, ordered, turned, alongRows } = parts;
  const scaled = (x: T) => ops.mul(x, parts.scale);
  // The cotangents of the scores' cotangent, P · (dP - Σ P · dP), and of P and dP through it; or of P · F, of which the value's is made.
  const ofScores =
    of === 'query' ? scaled(product(h, turned(key))) : of === 'key' ? scaled(product(query, turned(h))) : undefined;
  const ofFactored = ofScores ?? product(cotangent, turned(h));
  const direct = ofScores && ops.mul(ofScores, weights);
  const inRows = direct && ops.neg(alongRows(direct));
  const ofDerivative = direct && ops.add(direct, ops.mul(inRows as T, weights));
  switch (role) {
    case 'cotangent':
      return ordered(ofDerivative ? product(weighed(ofDerivative), value) : product(weighed(weights), h));
    case 'value':
      return ofDerivative && product(turned(weighed(ofDerivative)), cotangent);
    case 'factor':
      return ofDerivative ? ops.mul(ofDerivative, ofWeights()) : ops.mul(weights, ofFactored);
  }
  const ofP = ofScores
    ? ops.add(ops.mul(ofScores, parts.excess()), ops.mul(inRows as T, weighed(ofWeights())))
    : weighed(ofFactored);
  const throughScores = ops.mul(weights, ops.sub(ofP, alongRows(ops.mul(weights, ofP))));
  if (role === 'bias') return throughScores;
  const other = role === 'query' ? key : query;
  const onward = (x: T) => (role === 'query' ? x : turned(x));
  const through = scaled(product(onward(throughScores), other));
  const isDirect = ofScores && of !== role;
  return isDirect ? ops.add(through, scaled(product(onward(parts.ofScores()), h))) : through;
}
