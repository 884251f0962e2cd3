import * as optimizers from '@evenkeel/optimizers';
import { Parameter, type Tensor } from '@evenkeel/tensor';
import { AttributeReader } from '../attributes.ts';
import type { Attributes, GoldenCase } from '../case.ts';
import { camelOption, exported, Unsupported } from '../program/operation.ts';
import type { Results } from '../result.ts';
import { toTensors } from '../tensors.ts';

interface OptimizerLike {
  zeroGrad(): void;
  step(): void;
}

type OptimizerClass = new (parameters: unknown[], options: Attributes) => OptimizerLike;

/** Runs the steps of the objective in cases/README.md and records the losses and both parameters. */
export async function runOptimizer(golden: GoldenCase): Promise<Results> {
  const attrs = new AttributeReader(golden.attrs);
  const steps = attrs.need<number>('steps');
  const scale = attrs.take<number>('objective_scale') ?? 1;
  const groups = attrs.take<Attributes[]>('param_groups');
  const tensors = toTensors(golden.inputs);
  const constant = (name: string): Tensor => {
    const value = tensors.get(name);
    if (!value) throw new Error(`the case has no input ${name}`);
    return value.keep();
  };
  const [A, t, d, s] = [constant('A'), constant('t'), constant('d'), constant('s')];
  const w = new Parameter(constant('w'));
  const B = new Parameter(constant('B'));
  const objective = (): Tensor => {
    const first = A.matmul(w).tanh().sub(t).square().sum().mul(0.5);
    const second = B.matmul(d).sin().sub(s).square().sum().mul(0.5);
    const quartic = w.pow(4).sum().mul(0.05);
    return first.add(quartic).add(second).add(B.square().sum().mul(0.02)).mul(scale);
  };
  const options = camelCased(attrs.takeRest());
  // The one optimizer whose arithmetic PyTorch 2 has changed; ours follows 2 unless asked.
  if (golden.op === 'optim.NAdam' && golden.torch.startsWith('1.')) options['beforeTorch2'] = true;
  const optimizer = build(golden.op, { w, B }, groups, options);
  const trace: Record<'loss' | 'w_steps' | 'B_steps', number[]> = { loss: [], w_steps: [], B_steps: [] };
  for (let step = 0; step < steps; step++) {
    optimizer.zeroGrad();
    const loss = objective();
    loss.backward();
    optimizer.step();
    trace.loss.push(await loss.item());
    trace.w_steps.push(...(await w.data()));
    trace.B_steps.push(...(await B.data()));
  }
  return new Map([
    ['loss', { shape: [steps], data: trace.loss }],
    ['w_steps', { shape: [steps, ...w.shape], data: trace.w_steps }],
    ['B_steps', { shape: [steps, ...B.shape], data: trace.B_steps }],
  ]);
}

/** The optimizer of the case; an option that it does not have is its own ConfigError. */
function build(
  op: string,
  parameters: { w: Parameter; B: Parameter },
  groups: Attributes[] | undefined,
  options: Attributes,
): OptimizerLike {
  const match = /^(?:torch\.)?(?:optim|formula)\.(\w+)$/.exec(op);
  if (!match) throw new Unsupported(`${op} is no optimizer the runner knows`);
  const Optimizer = exported(optimizers, match[1]!) as OptimizerClass;
  const list = groups
    ? groups.map(({ params, ...own }) => ({ params: parametersNamed(params, parameters), ...camelCased(own) }))
    : [parameters.w, parameters.B];
  return new Optimizer(list, options);
}

function parametersNamed(name: unknown, parameters: { w: Parameter; B: Parameter }): Parameter[] {
  if (name === 'w' || name === 'B') return [parameters[name]];
  throw new Unsupported(`the runner knows no parameter ${JSON.stringify(name)}`);
}

function camelCased(options: Attributes): Attributes {
  return Object.fromEntries(Object.entries(options).map(([name, value]) => [camelOption(name), value]));
}
