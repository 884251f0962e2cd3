import { companyOfAttention, placeAttention } from '../fusion/attention.ts';
import { attentionKernel } from '../lowering/attention.ts';
import type { Primitive, Spec } from '../primitive.ts';
import { type AttentionAttributes, expectAttention } from './attention.ts';
import { secondDerivative } from './attention-weights.ts';

export interface AttentionGradientAttributes extends AttentionAttributes {
  readonly of: 'query' | 'key' | 'value';
}

/** Which of attention's inputs a derivative is of. */
export const differentiated = { query: 0, key: 1, value: 2 } as const;

/**
 * The cotangent of attention's query, key or value, from these three, what attention gave, the cotangent of that, and the extras. Those of
 * one attention share a kernel.
 */
export const attentionGradient: Primitive<AttentionGradientAttributes> = {
  name: 'attentionGradient',
  infer(inputs, attributes) {
    expectAttention('attentionGradient', inputs, attributes);
    return inputs[differentiated[attributes.of]] as Spec;
  },
  lowering: { kind: 'attention', place: placeAttention, company: companyOfAttention, kernel: attentionKernel },
  saves: [0, 1, 2, 4, 5, 6, 7],
  smooth: true,
  gradient: secondDerivative,
};
