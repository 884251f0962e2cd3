import { clipGradNorm, SGD } from '@evenkeel/optimizers';
import {
  type Backend,
  defaultGenerator,
  type GeneratorState,
  manualSeed,
  noGrad,
  rand,
  type Tensor,
  tensor,
  useBackend,
} from '@evenkeel/tensor';
import type { TinyModel } from './tiny-models.ts';

/** Three, and one that neither writes down nor compares. */
export const steps = 4;

/** Everything that a step begins with and changes. */
export interface State {
  readonly tensors: readonly (readonly number[])[];
  readonly generator: GeneratorState;
}

/** A model that is trained: a step gives its loss, and `state` is what it changes. */
interface Training {
  step(): Tensor;
  tensors(): Tensor[];
}

function training(make: () => TinyModel): Training {
  manualSeed(7);
  const { model, run } = make();
  const optimizer = new SGD(model.parameters(), { lr: 0.05, momentum: 0.9 });
  // The momentum is there from the beginning, so that every step is the same computation.
  for (const parameter of model.parameters()) parameter.grad = parameter.mul(0).detach();
  optimizer.step();
  const [rehearsal] = noGrad(() => [run()]);
  const weights = rand(rehearsal.shape).keep();
  return {
    step() {
      optimizer.zeroGrad();
      const loss = run().mul(weights).mean();
      loss.backward();
      clipGradNorm(model.parameters(), 1);
      optimizer.step();
      return loss;
    },
    tensors() {
      const momenta = Object.values(optimizer.stateDict().state).map((state) => state['momentum_buffer'] as Tensor);
      return [...model.parameters(), ...model.buffers(), ...momenta];
    },
  };
}

async function stateOf({ tensors }: Training): Promise<State> {
  return {
    tensors: await Promise.all(tensors().map(async (each) => [...(await each.data())])),
    generator: defaultGenerator.getState(),
  };
}

function restore({ tensors }: Training, state: State): void {
  for (const [i, each] of tensors().entries()) {
    each.assign(tensor(state.tensors[i] as number[], { shape: each.shape, dtype: each.dtype }));
  }
  defaultGenerator.setState(state.generator);
}

export interface Journey {
  readonly before: readonly State[];
  readonly after: readonly State[];
  readonly losses: readonly number[];
}

/** Trains for some steps; each from the state that another journey had there, if one is given. */
export async function travel(
  backend: Backend,
  make: () => TinyModel,
  run: (step: () => Tensor) => () => Tensor,
  from?: Journey,
): Promise<Journey> {
  useBackend(backend);
  const made = training(make);
  const step = run(made.step);
  const [before, after, losses]: [State[], State[], number[]] = [[], [], []];
  for (let i = 0; i < steps; i++) {
    if (from) restore(made, from.before[i] as State);
    before.push(await stateOf(made));
    losses.push(await step().item());
    after.push(await stateOf(made));
  }
  return { before, after, losses };
}

/** Trains for so many steps, each from where the one before ended; gives the losses and where it ended. */
export async function travelFreely(
  backend: Backend,
  make: () => TinyModel,
  run: (step: () => Tensor) => () => Tensor,
  count: number,
): Promise<{ losses: number[]; end: State }> {
  useBackend(backend);
  const made = training(make);
  const step = run(made.step);
  const losses: number[] = [];
  for (let i = 0; i < count; i++) losses.push(await step().item());
  return { losses, end: await stateOf(made) };
}
