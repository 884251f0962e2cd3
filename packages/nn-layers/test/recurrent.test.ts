import '@evenkeel/tensor/methods';
import { cpu } from '@evenkeel/backend-cpu';
import { nullBackend } from '@evenkeel/backend-null';
import { wasm } from '@evenkeel/backend-wasm';
import { ConfigError, ShapeError } from '@evenkeel/errors';
import { Adam, clipGradNorm } from '@evenkeel/optimizers';
import {
  cat,
  full,
  manualSeed,
  memory,
  noGrad,
  randint,
  randn,
  setDefaultDtype,
  type Tensor,
  tensor,
  useBackend,
  where,
  zeros,
} from '@evenkeel/tensor';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { crossEntropy, GRU, GRUCell, Linear, LSTM, LSTMCell, RNN, RNNCell } from '../src/index.ts';
import { distance, statistics } from './support/reference.ts';

beforeAll(() => {
  useBackend(cpu());
  setDefaultDtype('float64');
});
afterAll(() => setDefaultDtype('float32'));
beforeEach(() => manualSeed(7));

/** Output and all final states of any of the three, the states in one tensor. */
function results(layer: RNN | GRU | LSTM, input: Tensor, lengths?: readonly number[] | Tensor): [Tensor, Tensor] {
  const inputs = lengths && { lengths };
  if (!(layer instanceof LSTM)) return layer.call(input, undefined, inputs);
  const [output, states] = layer.call(input, undefined, inputs);
  return [output, cat(states, -1)];
}

const kinds = [
  ['RNN', (options: object) => new RNN(3, 4, options)],
  ['LSTM', (options: object) => new LSTM(3, 4, options)],
  ['LSTM with projection', (options: object) => new LSTM(3, 4, { ...options, projSize: 2 })],
  ['GRU', (options: object) => new GRU(3, 4, options)],
] as const;

describe.each(kinds)('%s', (_name, make) => {
  test('gives sequences of different lengths in one batch what each gets alone', async () => {
    const layer = make({ numLayers: 2, bidirectional: true, batchFirst: true });
    const input = randn([3, 5, 3]);
    const lengths = [3, 5, 1];
    const [output, states] = results(layer, input, lengths);
    for (const [index, length] of lengths.entries()) {
      const [alone, itsStates] = results(layer, input.narrow(0, index, 1).narrow(1, 0, length));
      expect(await distance(output.narrow(0, index, 1).narrow(1, 0, length), alone)).toBeLessThan(1e-12);
      expect(await distance(states.narrow(1, index, 1), itsStates)).toBeLessThan(1e-12);
      const beyond = output.select(0, index).narrow(0, length, 5 - length);
      expect(await distance(beyond, zeros(beyond.shape))).toBe(0);
    }
    const byTensor = results(layer, input, tensor(lengths, { dtype: 'int32' }));
    expect(await distance(byTensor[0], output)).toBe(0);
  });

  test('sees nothing of the padding, not even a NaN in it', async () => {
    const layer = make({ bidirectional: true });
    const input = randn([4, 2, 3]);
    const spoiled = where(tensor([true, true, false, false]).reshape([4, 1, 1]), input, Number.NaN);
    const [output, states] = results(layer, spoiled, [2, 2]);
    const [clean] = results(layer, input, [2, 2]);
    expect(await distance(output, clean)).toBe(0);
    output.sum().add(states.sum()).backward();
    for (const parameter of layer.parameters()) expect(await parameter.grad?.isfinite().all().item()).toBe(1);
  });

  test('starts from the given state: two halves of a sequence are the whole', async () => {
    const layer = make({ numLayers: 2 });
    const input = randn([6, 2, 3]);
    const [whole, whole_n] = layer.call(input);
    const [first, state] = layer.call(input.narrow(0, 0, 2));
    const [second, state_n] = layer.call(input.narrow(0, 2, 4), state as never);
    expect(await distance(cat([first, second]), whole)).toBeLessThan(1e-12);
    expect(await distance([state_n].flat()[0] as Tensor, [whole_n].flat()[0] as Tensor)).toBeLessThan(1e-12);
  });

  test('takes batches first, or no batch at all', async () => {
    const layer = make({ bidirectional: true });
    const first = make({ bidirectional: true, batchFirst: true });
    first.loadStateDict(layer.stateDict());
    const input = randn([5, 2, 3]);
    const [output, states] = results(layer, input);
    const [turned, sameStates] = results(first, input.transpose(0, 1));
    expect(await distance(turned.transpose(0, 1), output)).toBe(0);
    expect(await distance(sameStates, states)).toBe(0);
    const [single, singleStates] = results(layer, input.select(1, 0));
    expect(await distance(single, output.select(1, 0))).toBeLessThan(1e-12);
    expect(await distance(singleStates, states.select(1, 0))).toBeLessThan(1e-12);
  });

  test('starts as U(−1/√H, 1/√H) in weights and biases', async () => {
    const made = make({});
    for (const [name, parameter] of made.namedParameters()) {
      const { min, max } = await statistics(parameter);
      expect(max, name).toBeLessThanOrEqual(0.5);
      expect(min, name).toBeGreaterThanOrEqual(-0.5);
      expect(max - min, name).toBeGreaterThan(0.2);
    }
  });

  test('gives nothing for an empty batch, and refuses no time steps', () => {
    const layer = make({});
    expect(layer.call(zeros([2, 0, 3]))[0].shape.slice(0, 2)).toEqual([2, 0]);
    expect(() => layer.call(zeros([0, 2, 3]))).toThrow(ShapeError);
  });

  test('says what does not fit', () => {
    const layer = make({});
    expect(() => layer.call(zeros([2, 2, 4]))).toThrow(/\[T, N, 3\]/);
    expect(() => results(layer, zeros([2, 2, 3]), [1, 3])).toThrow(/2 lengths from 0 to 2/);
    expect(() => results(layer, zeros([2, 2, 3]), [1])).toThrow(ShapeError);
    const state = zeros([1, 1, 4]);
    expect(() => layer.call(zeros([2, 2, 3]), (layer instanceof LSTM ? [state, state] : state) as never)).toThrow(
      /initial state/,
    );
  });
});

test.each(kinds)('%s gives on wasm what it gives on the oracle, gradients too', async (_name, make) => {
  const size = make({ bidirectional: true }).call(zeros([1, 1, 3]))[0].shape[2] as number;
  const drawn = [randn([5, 3, 3]), randn([5, 3, size]), ...make({ numLayers: 2, bidirectional: true }).parameters()];
  const values = await Promise.all(drawn.map((each) => each.tolist()));
  const runs: Tensor[][] = [];
  for (const backend of [cpu, wasm]) {
    useBackend(backend());
    setDefaultDtype(backend === cpu ? 'float64' : 'float32');
    const [input, weights, ...parameters] = values.map((each) => tensor(each)) as [Tensor, Tensor, ...Tensor[]];
    const layer = make({ numLayers: 2, bidirectional: true });
    layer.loadStateDict(new Map([...layer.stateDict().keys()].map((key, index) => [key, parameters[index] as Tensor])));
    const [output, states] = results(layer, input, [3, 5, 1]);
    output.mul(weights).sum().add(states.sum()).backward();
    runs.push([output, states, ...layer.parameters().map((each) => each.grad as Tensor)]);
  }
  useBackend(cpu());
  setDefaultDtype('float64');
  const [oracle = [], found = []] = runs;
  for (const [index, wanted] of oracle.entries()) {
    expect(await distance(found[index] as Tensor, wanted)).toBeLessThan(1e-5);
  }
});

test('the names of the parameters are PyTorch’s, in its order', () => {
  const names = [...new LSTM(3, 4, { numLayers: 2, bidirectional: true, projSize: 2 }).stateDict().keys()];
  const of = (suffix: string): string[] =>
    ['weight_ih', 'weight_hh', 'bias_ih', 'bias_hh', 'weight_hr'].map((name) => name + suffix);
  expect(names).toEqual([...of('_l0'), ...of('_l0_reverse'), ...of('_l1'), ...of('_l1_reverse')]);
  expect([...new GRU(3, 4, { bias: false }).stateDict().keys()]).toEqual(['weight_ih_l0', 'weight_hh_l0']);
});

test('dropout falls between the layers in training, not before the first nor behind the last', async () => {
  const layer = new RNN(3, 4, { numLayers: 2, dropout: 1 });
  const input = randn([2, 2, 3]);
  const [output, states] = layer.call(input);
  // With everything dropped the second layer sees zeros, whatever came in.
  expect(await distance(output, layer.call(randn([2, 2, 3]))[0])).toBe(0);
  expect((await statistics(output)).std).toBeGreaterThan(0);
  layer.eval();
  expect(await distance(states.select(0, 0), layer.call(input)[1].select(0, 0))).toBe(0);
  expect(await distance(layer.call(input)[0], layer.call(randn([2, 2, 3]))[0])).toBeGreaterThan(0);
});

test('a cell is one step of its layer', async () => {
  const input = randn([1, 2, 3]);
  const pairs = [
    [new RNN(3, 4, { nonlinearity: 'relu' }), new RNNCell(3, 4, { nonlinearity: 'relu' })],
    [new GRU(3, 4), new GRUCell(3, 4)],
    [new LSTM(3, 4), new LSTMCell(3, 4)],
  ] as const;
  for (const [layer, cell] of pairs) {
    cell.loadStateDict(new Map([...layer.stateDict()].map(([name, value]) => [name.replace('_l0', ''), value])));
    const [h] = [cell.call(input.select(0, 0))].flat();
    expect(await distance(h as Tensor, layer.call(input)[0].select(0, 0))).toBeLessThan(1e-12);
    const [single] = [cell.call(input.select(0, 0).select(0, 1))].flat();
    expect(await distance(single as Tensor, (h as Tensor).select(0, 1))).toBeLessThan(1e-12);
  }
  expect(() => new GRUCell(3, 4).call(zeros([2, 3]), zeros([1, 4]))).toThrow(ShapeError);
});

test('a nonlinearity or a projection that does not exist is refused', () => {
  expect(() => new RNN(3, 4, { nonlinearity: 'sigmoid' as never })).toThrow(ConfigError);
  expect(() => new LSTM(3, 4, { projSize: 4 })).toThrow(ConfigError);
  expect(() => new GRU(3, 4, { numLayers: 0 })).toThrow(ConfigError);
});

test('an LSTM of 128 steps asks the device for no more programs than one of 4, forward and backward', () => {
  setDefaultDtype('float32');
  const asked = (steps: number): number => {
    const backend = nullBackend();
    useBackend(backend);
    const lstm = new LSTM(3, 8, { bidirectional: true });
    const input = randn([steps, 2, 3]);
    const before = backend.counters.runs;
    lstm.call(input)[0].sum().backward();
    return backend.counters.runs - before;
  };
  expect(asked(128)).toBe(asked(4));
  expect(asked(128)).toBeLessThan(80);
});

test('an LSTM learns to keep for 128 steps what it saw at the first, and holds no more memory from step to step', async () => {
  useBackend(wasm());
  setDefaultDtype('float32');
  const [steps, batch, hidden, classes] = [128, 16, 8, 2];
  const lstm = new LSTM(classes, hidden);
  const head = new Linear(hidden, classes);
  // Forget gates open and input gates all but shut, or nothing of the first step is left at the start: 0.5 to the 128th.
  const { bias_ih_l0, bias_hh_l0 } = Object.fromEntries(lstm.stateDict()) as Record<string, Tensor>;
  noGrad(() => {
    bias_ih_l0?.assign(cat([full([hidden], -3), full([hidden], 5), zeros([2 * hidden])]));
    bias_hh_l0?.assign(zeros([4 * hidden]));
  });
  const sample = (): [Tensor, Tensor] => {
    const target = randint(0, classes, [batch]);
    const seen = target.oneHot(classes, 'float32').unsqueeze(0);
    return [cat([seen, zeros([steps - 1, batch, classes])]), target];
  };
  const parameters = [...lstm.parameters(), ...head.parameters()];
  const optimizer = new Adam(parameters, { lr: 0.03 });
  const tensors: number[] = [];
  for (let step = 0; step < 80; step++) {
    const [input, target] = sample();
    const loss = crossEntropy(head.call(lstm.call(input)[0].select(0, -1)), target);
    optimizer.zeroGrad();
    loss.backward();
    clipGradNorm(parameters, 1);
    optimizer.step();
    await loss.item();
    tensors.push(memory().tensors);
  }
  expect(tensors.at(-1)).toBe(tensors[10]);
  const [input, target] = sample();
  const answer = noGrad(() => head.call(lstm.call(input)[0].select(0, -1)).argmax(-1));
  expect(await answer.tolist()).toEqual(await target.tolist());
}, 120_000);
