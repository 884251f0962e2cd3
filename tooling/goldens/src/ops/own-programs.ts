import * as nn from '@evenkeel/nn-layers';
import * as optimizers from '@evenkeel/optimizers';
import { Parameter, type Tensor, zerosLike } from '@evenkeel/tensor';
import type { AttributeReader } from '../attributes.ts';
import { exported, Unsupported } from '../program/operation.ts';

/** What a program of its own gets: the inputs in order, the attributes (each must be taken), and the Python text. */
export interface OwnProgram {
  inputs: Map<string, Tensor>;
  attrs: AttributeReader;
  call: string;
}

type Run = (program: OwnProgram) => Record<string, unknown> | Promise<Record<string, unknown>>;
type Call = (...values: unknown[]) => unknown;

/**
 * Cases whose program has a loop or a class, or spells out a formula that we have as a function: they run by op and
 * attributes, after a look at the text.
 */
export const ownPrograms: Readonly<Record<string, Run>> = {
  'nn.utils.clip_grad_norm_': async ({ inputs, attrs, call }) => {
    expectCall(
      call,
      /^total_norm = nn\.utils\.clip_grad_norm_\(ps, max_norm=[^,]+, norm_type=[^,]+?(, error_if_nonfinite=\w+)?\)$/m,
    );
    const owners = parametersWith(inputs);
    const normType = attrs.need<number>('norm_type');
    const maxNorm = attrs.need<number>('max_norm');
    const errorIfNonfinite = attrs.take<boolean>('error_if_nonfinite') ?? false;
    const total = await (errorIfNonfinite
      ? optimizers.clipGradNorm(owners, maxNorm, { normType, errorIfNonfinite })
      : optimizers.clipGradNorm(owners, maxNorm, { normType }));
    return { total_norm: total, ...clipped(owners) };
  },
  'nn.utils.clip_grad_value_': ({ inputs, attrs, call }) => {
    expectCall(call, /^nn\.utils\.clip_grad_value_\(ps, [\d.e+-]+\)$/m);
    const owners = parametersWith(inputs);
    optimizers.clipGradValue(owners, attrs.need<number>('clip_value'));
    return clipped(owners);
  },
  'optim.swa_utils.AveragedModel': ({ inputs, attrs, call }) => {
    expectCall(call, /avg = optim\.swa_utils\.AveragedModel\(src\)$/m);
    const values = [...inputs.values()];
    if (attrs.take<number>('updates') !== values.length) throw new Unsupported('updates differ from the inputs');
    const source = new Parameter(values[0]!);
    const Average = exported(optimizers, 'AveragedParameters') as new (
      parameters: Tensor[],
    ) => {
      update(): void;
      averages: Tensor[];
      count: number;
    };
    const average = new Average([source]);
    for (const value of values) {
      source.assign(value);
      average.update();
    }
    return { average: average.averages[0], n_averaged: average.count };
  },
  'formula.EMA': ({ inputs, attrs }) => {
    const [first, ...others] = [...inputs.values()];
    const source = new Parameter(first!);
    const Average = exported(optimizers, 'ExponentialMovingAverage') as new (
      parameters: Tensor[],
      options: { decay: number },
    ) => { update(): void; averages: Tensor[] };
    const average = new Average([source], { decay: attrs.need<number>('decay') });
    for (const value of others) {
      source.assign(value);
      average.update();
    }
    return { ema: average.averages[0] };
  },
  'formula.accumulate': ({ inputs, attrs, call }) => {
    expectCall(call, /\(\(w \* x\)\.sin\(\)\.sum\(\) \/ \d+\)\.backward\(\)$/m);
    const parts = [...inputs.values()];
    const w = new Parameter(zerosLike(parts[0]!));
    const steps = attrs.need<number>('accumulation_steps');
    for (const x of parts) w.mul(x).sin().sum().div(steps).backward();
    return { grad_w: w.grad };
  },
  'nn.utils.vector_to_parameters': ({ inputs }) => {
    const targets = [...inputs].filter(([name]) => name !== 'vec');
    const parameters = targets.map(([, value]) => new Parameter(zerosLike(value)));
    (exported(optimizers, 'vectorToParameters') as Call)(inputs.get('vec'), parameters);
    return Object.fromEntries(targets.map(([name], index) => [`${name}_out`, parameters[index]]));
  },
  'nn.utils.parameters_to_vector': ({ inputs }) => ({
    output: (exported(optimizers, 'parametersToVector') as Call)([...inputs.values()]),
  }),
  'nn.RMSNorm': ({ inputs, attrs, call }) => {
    expectCall(
      call,
      /^output = input \* torch\.rsqrt\(input\.pow\(2\)\.mean\(dim=.*, keepdim=True\) \+ [\d.e-]+\)( \* weight)?$/,
    );
    const affine = attrs.take<boolean>('elementwise_affine') ?? true;
    const weight = inputs.get('weight');
    if (affine !== (weight !== undefined))
      throw new Unsupported('a weight where the case says there is none, or none where there is');
    const options = { eps: attrs.need<number>('eps'), ...(weight && { weight }) };
    const output = (exported(nn, 'rmsNorm') as Call)(
      inputs.get('input'),
      attrs.need<number[]>('normalized_shape'),
      options,
    );
    return { output };
  },
  'tutorial.LayerNormStd': ({ inputs, attrs, call }) => {
    expectCall(
      call,
      /^output = gamma \* \(x - x\.mean\(-1, keepdim=True\)\) \/ \(x\.std\(-1, keepdim=True\) \+ [\d.e-]+\) \+ beta$/,
    );
    if (attrs.take<number>('correction') !== 1) throw new Unsupported('only the unbiased deviation is known');
    const [x, gamma, beta] = [inputs.get('x')!, inputs.get('gamma')!, inputs.get('beta')!];
    const centered = x.sub(x.mean(-1, { keepdim: true }));
    const deviation = x.std(-1, { correction: 1, keepdim: true }).add(attrs.need<number>('eps'));
    return { output: gamma.mul(centered).div(deviation).add(beta) };
  },
};

/** A text that does something else than the adapter is a failure, not a pass by luck. */
function expectCall(call: string, shape: RegExp): void {
  if (!shape.test(call)) throw new Unsupported(`the runner does not know this program: ${call.split('\n').join('; ')}`);
}

function parametersWith(gradients: Map<string, Tensor>): Parameter[] {
  return [...gradients.values()].map((gradient) => {
    const parameter = new Parameter(zerosLike(gradient));
    parameter.grad = gradient;
    return parameter;
  });
}

function clipped(owners: readonly Parameter[]): Record<string, unknown> {
  return Object.fromEntries(owners.map((owner, index) => [`clipped${index}`, owner.grad]));
}
