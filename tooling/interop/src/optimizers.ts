import {
  Adadelta,
  Adagrad,
  Adam,
  Adamax,
  AdamW,
  ASGD,
  NAdam,
  type Optimizer,
  type OptimizerStateDict,
  RAdam,
  RMSprop,
  Rprop,
  SGD,
} from '@evenkeel/optimizers';
import { Parameter, type Tensor, tensor } from '@evenkeel/tensor';
import { fromNumbers, type Numbers } from './fixtures.ts';

/** An optimizer as pytorch/optimizers.py ran it: its state after three steps, the parameters then and two steps later. */
export interface OptimizerRun {
  options: Readonly<Record<string, unknown>>;
  param_groups: Record<string, unknown>[];
  state: Record<string, Record<string, Numbers | number>>;
  before: Numbers[];
  after: Numbers[];
}

const classes = { Adadelta, Adagrad, Adam, Adamax, AdamW, ASGD, NAdam, RAdam, RMSprop, Rprop, SGD };

type Class = new (parameters: Tensor[], options: object) => Optimizer;

/** How many steps PyTorch took before it wrote its state, and after. */
export const stepsBefore = 3;
export const stepsAfter = 2;

const start = [
  [
    [0.5, -1.25, 2],
    [-0.75, 1.5, 0.25],
  ],
  [0.1, -0.2, 0.3],
];

/** Our optimizer of PyTorch's name, with options in PyTorch's spelling. */
export function makeOptimizer(name: string, parameters: Tensor[], options: OptimizerRun['options']) {
  const camelCase = (key: string): string => key.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
  const own = Object.fromEntries(Object.entries(options).map(([key, value]) => [camelCase(key), value]));
  // The one whose arithmetic has changed since the PyTorch that made the fixtures.
  if (name === 'NAdam') own['beforeTorch2'] = true;
  return new (classes[name as keyof typeof classes] as unknown as Class)(parameters, own);
}

/** The parameters before the first step, or with the values given. */
export function makeParameters(values?: readonly Numbers[]): Parameter[] {
  const tensors = values ? values.map(fromNumbers) : start.map((value) => tensor(value));
  return tensors.map((value) => new Parameter(value));
}

/** Takes the steps `from` … `to - 1` with the gradients of pytorch/optimizers.py. */
export function advance(optimizer: Optimizer, parameters: readonly Parameter[], from: number, to: number): void {
  for (let step = from; step < to; step++) {
    const [matrix, vector] = gradients(step);
    parameters[0]!.grad = tensor(matrix!);
    parameters[1]!.grad = tensor(vector!);
    optimizer.step();
  }
}

/** PyTorch's state dict in ours: a scalar tensor such as `step` is a number here. */
export function toOptimizerState({ state, param_groups }: OptimizerRun): OptimizerStateDict {
  const entries = Object.entries(state).map(([index, values]) => {
    const own = Object.entries(values).map(([key, value]) => {
      if (typeof value === 'number') return [key, value] as const;
      return [key, value.shape.length === 0 ? value.data[0]! : fromNumbers(value).keep()] as const;
    });
    return [Number(index), Object.fromEntries(own)] as const;
  });
  return {
    state: Object.fromEntries(entries),
    param_groups: param_groups as unknown as OptimizerStateDict['param_groups'],
  };
}

function gradients(step: number): [number[][], number[]] {
  const matrix = [0, 1].map((row) => [0, 1, 2].map((column) => (((step * 7 + row * 5 + column * 3) % 11) - 5) / 8));
  return [matrix, [0, 1, 2].map((column) => (((step * 3 + column * 4) % 7) - 3) / 8)];
}
