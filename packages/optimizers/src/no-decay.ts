import type { Tensor } from '@evenkeel/tensor';

/** Parts of a parameter's path that name a normalization: `norm1`, `final_norm`, `layerNorm`, `ln_1`, `bn`. */
const normalization = /(^|\.)(\w*norm\w*|ln(_?\w{0,2})|bn(_?\w{0,2}))(\.|$)/i;

/**
 * Two parameter groups: weights that decay as the optimizer says, and biases and normalizations that do not.
 *
 * A parameter is spared when it has fewer than two dimensions, is called `bias`, or stands in a module whose name
 * speaks of a normalization. Empty groups are left out.
 *
 * @param named `model.namedParameters()`, or any pairs of name and tensor
 * @example new AdamW(noDecayOnNormsAndBiases(model.namedParameters()), { weightDecay: 0.1 })
 */
export function noDecayOnNormsAndBiases<Parameter extends Tensor>(
  named: Iterable<readonly [string, Parameter]>,
): { params: Parameter[]; weightDecay?: number }[] {
  const decayed: Parameter[] = [];
  const spared: Parameter[] = [];
  for (const [name, parameter] of named) {
    const spare = parameter.ndim < 2 || /(^|\.)bias$/.test(name) || normalization.test(name);
    (spare ? spared : decayed).push(parameter);
  }
  const groups: { params: Parameter[]; weightDecay?: number }[] = [
    { params: decayed },
    { params: spared, weightDecay: 0 },
  ];
  return groups.filter(({ params }) => params.length > 0);
}
