import { ArrayDataset, DataLoader } from '@evenkeel/data';
import { MLP } from '@evenkeel/models';
import { crossEntropy, init, type Linear } from '@evenkeel/nn-layers';
import { Adam, type Optimizer, SGD } from '@evenkeel/optimizers';
import { compile, keep, manualSeed, noGrad, type Parameter, type Tensor, tensor } from '@evenkeel/tensor';
import type { Contestant, Picture, Reading } from './contestant.ts';
import { pointSet } from './point-sets.ts';
import { type MeasuredLayer, Scales } from './scales.ts';
import type { PointsSettings, Side } from './settings.ts';
import type { Task } from './task.ts';

const TRAINING_POINTS = 256;
const TEST_POINTS = 256;
/** Places along each side of the picture. */
const GRID = 40;

type PointsBatch = { readonly x: Tensor; readonly label: Tensor };

const optimizers: Readonly<Record<PointsSettings['optimizer'], (parameters: Parameter[], lr: number) => Optimizer>> = {
  sgd: (parameters, lr) => new SGD(parameters, { lr }),
  momentum: (parameters, lr) => new SGD(parameters, { lr, momentum: 0.9 }),
  adam: (parameters, lr) => new Adam(parameters, { lr }),
};

/** Two classes of points in the plane, and a perceptron between them. */
export const points: Task<PointsSettings, PointsBatch> = {
  layerNames: ({ depth }) => Array.from({ length: depth }, (_, index) => `${index + 1}`),

  points: ({ shape, seed }) => pointSet(shape, TRAINING_POINTS, seed, 0),

  data({ shape, batch, seed }) {
    const { positions, labels } = pointSet(shape, TRAINING_POINTS, seed, 0);
    const x = { data: positions, shape: [TRAINING_POINTS, 2] };
    return new DataLoader(new ArrayDataset({ x, label: labels }), { batchSize: batch, shuffle: true, seed });
  },

  contestant: (settings, side) => new PointsContestant(settings, side),
};

class PointsContestant implements Contestant<PointsBatch> {
  readonly #model: MLP;
  readonly #optimizer: Optimizer;
  readonly #scales: Scales;
  readonly #learn: (x: Tensor, label: Tensor) => Tensor;
  readonly #judge: (x: Tensor) => Tensor;
  /** The places of the picture, then the test points. */
  readonly #places: Tensor;
  readonly #testLabels: Int32Array;

  constructor({ depth, width, activation, optimizer: name, lr, shape, seed, ...sides }: PointsSettings, side: Side) {
    // The same seed for both: their matrices begin alike.
    manualSeed(seed);
    const model = new MLP(2, 2, { hidden: Array(depth).fill(width), norm: sides[side], activation });
    const layers = model.layers.children();
    // A head of zeros: whatever comes before it, all networks begin with the same loss.
    init.zeros_((layers.at(-1) as Linear).weight);
    init.zeros_((layers.at(-1) as Linear).bias!);
    const perLayer = (layers.length - 1) / depth;
    const measured = Array.from({ length: depth }, (_, index): MeasuredLayer => {
      const first = index * perLayer;
      return { weights: layers[first]!, output: layers[first + perLayer - 1]! };
    });
    const scales = new Scales(measured);
    const optimizer = optimizers[name](model.parameters(), lr);
    this.#model = model;
    this.#optimizer = optimizer;
    this.#scales = scales;
    this.#learn = compile((x: Tensor, label: Tensor) => {
      optimizer.zeroGrad();
      const loss = crossEntropy(model.call(x), label);
      loss.backward();
      const seen = scales.together(loss);
      optimizer.step();
      return seen;
    });
    this.#judge = compile((x: Tensor) => {
      const logits = model.call(x);
      return logits.select(1, 1).sub(logits.select(1, 0)).sigmoid();
    });
    const test = pointSet(shape, TEST_POINTS, seed, 1);
    const places = Float32Array.of(...gridPlaces(), ...test.positions);
    this.#places = keep(tensor(places).reshape([places.length / 2, 2]));
    this.#testLabels = test.labels;
  }

  async step({ x, label }: PointsBatch): Promise<Reading> {
    return this.#scales.reading(await this.#learn(x, label).data());
  }

  async picture(): Promise<Picture> {
    this.#model.eval();
    const likely = noGrad(() => this.#judge(this.#places).data());
    this.#model.train();
    const values = (await likely) as Float32Array;
    const test = values.subarray(GRID * GRID);
    const right = test.filter((value, index) => Number(value > 0.5) === this.#testLabels[index]);
    return { task: 'points', grid: values.slice(0, GRID * GRID), accuracy: right.length / test.length };
  }

  remember(): () => void {
    const state = this.#optimizer.stateDict();
    return () => {
      this.#model.train();
      noGrad(() => this.#optimizer.loadStateDict(state));
    };
  }
}

function* gridPlaces(): Iterable<number> {
  for (let row = 0; row < GRID; row++) {
    for (let column = 0; column < GRID; column++) {
      yield (2 * column + 1) / GRID - 1;
      yield 1 - (2 * row + 1) / GRID;
    }
  }
}
