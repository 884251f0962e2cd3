import {
  Adadelta,
  Adagrad,
  Adam,
  Adamax,
  AdamW,
  ASGD,
  LAMB,
  Lion,
  Muon,
  NAdam,
  NormalizedGradientDescent,
  type Optimizer,
  RAdam,
  RMSprop,
  Rprop,
  SGD,
} from '@evenkeel/optimizers';
import type { Tensor } from '@evenkeel/tensor';

export interface Entry {
  name: string;
  /** With a learning rate that moves visibly, and no decay. */
  make(parameters: Iterable<Tensor | { params: Tensor[] }>, options?: object): Optimizer;
  /** Rprop keeps a rate for each element and looks at `lr` only to start with. */
  ignoresLaterRates?: boolean;
  /** ASGD's next rate is settled at the end of a step, as PyTorch's. */
  isOneRateBehind?: boolean;
}

type Constructor = new (parameters: never, options: never) => unknown;

const entry = (name: string, Class: Constructor, own: object = {}, traits: Partial<Entry> = {}): Entry => ({
  name,
  make: (parameters, options) => new Class(parameters as never, { lr: 0.05, ...own, ...options } as never) as Optimizer,
  ...traits,
});

/** Every optimizer, and every variant with other state. A new one is one more line. */
export const everyOptimizer: readonly Entry[] = [
  entry('SGD', SGD),
  entry('SGD with momentum', SGD, { momentum: 0.9 }),
  entry('SGD with Nesterov momentum', SGD, { momentum: 0.9, nesterov: true }),
  entry('Adam', Adam),
  entry('Adam with amsgrad', Adam, { amsgrad: true }),
  entry('AdamW', AdamW, { weightDecay: 0 }),
  entry('Adagrad', Adagrad, { lrDecay: 0.1, initialAccumulatorValue: 0.1 }),
  entry('Adadelta', Adadelta, { lr: 1 }),
  entry('RMSprop', RMSprop),
  entry('RMSprop centered with momentum', RMSprop, { centered: true, momentum: 0.5 }),
  entry('Adamax', Adamax),
  entry('NAdam', NAdam),
  entry('RAdam', RAdam, { betas: [0.9, 0.9] }),
  entry('ASGD', ASGD, { lambd: 0, t0: 2 }, { isOneRateBehind: true }),
  entry('Rprop', Rprop, {}, { ignoresLaterRates: true }),
  entry('Lion', Lion),
  entry('LAMB', LAMB, { weightDecay: 0 }),
  entry('NormalizedGradientDescent', NormalizedGradientDescent, { momentum: 0.5 }),
  entry('Muon', Muon, { weightDecay: 0 }),
];
