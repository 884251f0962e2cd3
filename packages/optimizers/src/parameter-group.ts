import { ConfigError } from '@evenkeel/errors';
import { Tensor } from '@evenkeel/tensor';
import { checkHyperparameters, type Hyperparameters, type Rules } from './hyperparameters.ts';

/** A group as a user writes it: its tensors, and whatever shall differ from the optimizer's own options. */
export type ParameterGroupOptions<Options extends Hyperparameters> = {
  params: Iterable<Tensor> | Tensor;
} & Partial<Options>;

/** A group as the optimizer holds it. Every value may be changed between steps; the next step uses it. */
export type ParameterGroup<Options extends Hyperparameters> = { params: Tensor[] } & Options;

/** What an optimizer is built on: `model.parameters()`, or groups with options of their own. */
export type Parameters<Options extends Hyperparameters> = Iterable<Tensor | ParameterGroupOptions<Options>>;

/**
 * Completes the groups with the optimizer's options.
 *
 * @throws ConfigError when there is no parameter at all, a parameter comes twice, or an option is unknown or out of range
 */
export function parameterGroups<Options extends Hyperparameters>(
  optimizer: string,
  parameters: Parameters<Options>,
  defaults: Options,
  rules: Rules,
): ParameterGroup<Options>[] {
  if (parameters instanceof Tensor || typeof parameters?.[Symbol.iterator] !== 'function') {
    throw new ConfigError(`${optimizer} needs a list of parameters`, {
      got: parameters instanceof Tensor ? 'one tensor' : String(parameters),
      expected: 'model.parameters(), a list of tensors, or a list of groups { params, lr, … }',
    });
  }
  const given = [...parameters];
  const grouped = given.every((each): each is ParameterGroupOptions<Options> => !(each instanceof Tensor));
  const options = grouped
    ? given
    : [{ params: tensorsOf(optimizer, given) } as unknown as ParameterGroupOptions<Options>];
  const groups = options.map((group) => completeGroup(optimizer, group, defaults, rules));
  refuseRepeats(optimizer, groups);
  if (groups.every(({ params }) => params.length === 0)) {
    throw new ConfigError(`${optimizer} got an empty list of parameters`, {
      expected: 'at least one parameter',
      remedy: 'give model.parameters(); a generator that was already read is empty',
    });
  }
  return groups;
}

/** One group as the optimizer holds it: a list of tensors, and every option from the group or from `defaults`. */
export function completeGroup<Options extends Hyperparameters>(
  optimizer: string,
  group: ParameterGroupOptions<Options>,
  defaults: Options,
  rules: Rules,
): ParameterGroup<Options> {
  const { params, ...own } = group;
  const list = params instanceof Tensor ? [params] : tensorsOf(optimizer, params);
  const checked = checkHyperparameters(optimizer, own as Hyperparameters, rules);
  return { ...defaults, ...checked, params: list } as ParameterGroup<Options>;
}

/** @throws ConfigError when a parameter stands in two places */
export function refuseRepeats(optimizer: string, groups: readonly { params: readonly Tensor[] }[]): void {
  const home = new Map<Tensor, string>();
  for (const [index, { params }] of groups.entries()) {
    for (const [position, parameter] of params.entries()) {
      const place = `group ${index}, position ${position}`;
      const before = home.get(parameter);
      if (before !== undefined) {
        throw new ConfigError(`${optimizer} got the same parameter twice`, {
          got: `a tensor of shape [${parameter.shape}] in ${before} and in ${place}`,
          expected: 'each parameter once',
          remedy: 'leave it out of one; a weight shared by two modules belongs in one group',
        });
      }
      home.set(parameter, place);
    }
  }
}

function tensorsOf(optimizer: string, values: Iterable<unknown>): Tensor[] {
  return [...values].map((value, index) => {
    if (value instanceof Tensor) return value;
    throw new ConfigError(`${optimizer} can only train tensors`, {
      got: `${value} at position ${index}`,
      expected: 'tensors, or groups { params: tensors, … } throughout',
    });
  });
}
