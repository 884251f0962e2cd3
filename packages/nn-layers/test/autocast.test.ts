import { cpu } from '@evenkeel/backend-cpu';
import { autocast, compile, manualSeed, rand, randint, randn, type Tensor, useBackend } from '@evenkeel/tensor';
import { beforeEach, describe, expect, test } from 'vitest';
import * as nn from '../src/index.ts';

beforeEach(() => {
  useBackend(cpu());
  manualSeed(21);
});

type Make = () => { module: nn.Module; call: (x: Tensor) => Tensor; input: Tensor };

const plain = (module: nn.Module, ...shape: number[]) => ({
  module,
  call: (x: Tensor) => (module as unknown as { call(x: Tensor): Tensor }).call(x),
  input: randn(shape),
});
/** A layer between two products, so that it is given float16. */
const between = (layer: nn.Module) =>
  plain(new nn.Sequential(new nn.Linear(6, 8), layer as never, new nn.Linear(8, 3)), 5, 6);
/** The same between convolutions. */
const imaged = (layer: nn.Module, channels = 4) =>
  plain(
    new nn.Sequential(new nn.Conv2d(2, 4, 3, { padding: 1 }), layer as never, new nn.Conv2d(channels, 2, 1)),
    2,
    2,
    6,
    6,
  );
const recurrent = (module: nn.Module) => ({
  module,
  call: (x: Tensor) => (module as unknown as { call(x: Tensor): [Tensor, unknown] }).call(x)[0],
  input: randn([5, 2, 3]),
});

const layers: Record<string, Make> = {
  Linear: () => plain(new nn.Linear(6, 4), 5, 6),
  Conv1d: () => plain(new nn.Conv1d(3, 4, 3), 2, 3, 9),
  ConvTranspose2d: () => plain(new nn.ConvTranspose2d(2, 3, 3, { stride: 2 }), 2, 2, 4, 4),
  ReLU: () => between(new nn.ReLU()),
  GELU: () => between(new nn.GELU()),
  'GELU by tanh': () => between(new nn.GELU({ approximate: 'tanh' })),
  SiLU: () => between(new nn.SiLU()),
  Mish: () => between(new nn.Mish()),
  Softplus: () => between(new nn.Softplus()),
  ELU: () => between(new nn.ELU()),
  SELU: () => between(new nn.SELU()),
  PReLU: () => between(new nn.PReLU()),
  Sigmoid: () => between(new nn.Sigmoid()),
  Tanh: () => between(new nn.Tanh()),
  Softmax: () => between(new nn.Softmax(-1)),
  LogSoftmax: () => between(new nn.LogSoftmax(-1)),
  LayerNorm: () => between(new nn.LayerNorm(8)),
  RMSNorm: () => between(new nn.RMSNorm(8)),
  BatchNorm1d: () => between(new nn.BatchNorm1d(8)),
  BatchNorm2d: () => imaged(new nn.BatchNorm2d(4)),
  GroupNorm: () => imaged(new nn.GroupNorm(2, 4)),
  InstanceNorm2d: () => imaged(new nn.InstanceNorm2d(4, { affine: true })),
  MaxPool2d: () => imaged(new nn.MaxPool2d(2)),
  AvgPool2d: () => imaged(new nn.AvgPool2d(2)),
  AdaptiveAvgPool2d: () => imaged(new nn.AdaptiveAvgPool2d(2)),
  Dropout: () => between(new nn.Dropout(0.5)),
  AlphaDropout: () => between(new nn.AlphaDropout(0.5)),
  RNN: () => recurrent(new nn.RNN(3, 4)),
  'RNN with relu': () => recurrent(new nn.RNN(3, 4, { nonlinearity: 'relu' })),
  GRU: () => recurrent(new nn.GRU(3, 4)),
  LSTM: () => recurrent(new nn.LSTM(3, 4)),
  'LSTM with projection': () => recurrent(new nn.LSTM(3, 4, { projSize: 2 })),
  TransformerEncoderLayer: () =>
    plain(new nn.TransformerEncoderLayer(8, 2, { dimFeedforward: 16, dropout: 0.1 }), 5, 2, 8),
};

async function gradientsOf(module: nn.Module, lossOf: () => Tensor): Promise<number[]> {
  const parameters = [...module.parameters()];
  for (const parameter of parameters) parameter.grad = undefined;
  lossOf().backward();
  const grads = parameters.map(({ grad }) => grad as Tensor);
  expect(new Set(grads.map(({ dtype }) => dtype))).toEqual(new Set(['float32']));
  return (await Promise.all(grads.map((grad) => grad.data()))).flatMap((data) => [...data]);
}

/** How far apart two lists are, beside how large the second is. */
function distance(a: readonly number[], b: readonly number[]): number {
  const norm = (values: readonly number[]) => Math.sqrt(values.reduce((sum, x) => sum + x * x, 0));
  return norm(a.map((x, i) => x - (b[i] as number))) / norm(b);
}

describe('under autocast', () => {
  test.each(Object.entries(layers))(
    '%s gives what float32 gives, to the digits of float16, and float32 gradients',
    async (_name, make) => {
      const { module, call, input } = make();
      const results = async (enabled: boolean) => {
        manualSeed(4);
        const output = autocast(() => call(input), { enabled });
        manualSeed(4);
        const lossOf = () => autocast(() => call(input).square().mean(), { enabled });
        return { output, gradients: await gradientsOf(module, lossOf) };
      };
      const [half, full] = [await results(true), await results(false)];
      const [got, expected] = [[...(await half.output.data())], [...(await full.output.data())]];
      // A handful of roundings by at most 2^-11 each, after which gradients of differences have lost a few digits.
      expect(distance(got, expected)).toBeLessThan(4 * 2 ** -11);
      expect(distance(half.gradients, full.gradients)).toBeLessThan(16 * 2 ** -11);
      // And not the same: something was float16.
      expect(got).not.toEqual(expected);
    },
  );

  test('products are float16, norms and softmax float32, and what is between them is as it came', () => {
    const x = randn([2, 6, 8]);
    const of = (module: nn.Module, given = x) => autocast(() => (module as nn.Linear).call(given)).dtype;
    const half = x.to('float16');
    expect(of(new nn.Linear(8, 8))).toBe('float16');
    expect(of(new nn.LayerNorm(8), half)).toBe('float32');
    expect(of(new nn.GELU(), half)).toBe('float16');
    expect(of(new nn.Dropout(0.3), half)).toBe('float16');
    expect(of(new nn.BatchNorm1d(6), half)).toBe('float16');
    expect(of(new nn.Softmax(-1) as unknown as nn.Linear, half)).toBe('float32');
    const attended = autocast(() => nn.scaledDotProductAttention(x, x, x));
    expect(attended.dtype).toBe('float16');
  });

  test.each([
    ['crossEntropy', (x: Tensor) => nn.crossEntropy(x, randint(0, 4, [6]))],
    ['crossEntropy with probabilities', (x: Tensor) => nn.crossEntropy(x, rand([6, 4]).softmax(1))],
    ['mseLoss', (x: Tensor) => nn.mseLoss(x, randn([6, 4]).to('float16'))],
    ['smoothL1Loss', (x: Tensor) => nn.smoothL1Loss(x, randn([6, 4]))],
    ['binaryCrossEntropyWithLogits', (x: Tensor) => nn.binaryCrossEntropyWithLogits(x, rand([6, 4]))],
    ['klDiv', (x: Tensor) => nn.klDiv(x.logSoftmax(1), rand([6, 4]).softmax(1))],
    ['cosineEmbeddingLoss', (x: Tensor) => nn.cosineEmbeddingLoss(x, randn([6, 4]), randn([6]).sign())],
    ['multiMarginLoss', (x: Tensor) => nn.multiMarginLoss(x, randint(0, 4, [6]))],
  ])('%s is float32, and the gradient of a float16 input float16', async (_name, loss) => {
    const logits = randn([6, 4]).mul(4).to('float16').detach();
    const wide = logits.to('float32').detach();
    const half = logits;
    half.requiresGrad = true;
    wide.requiresGrad = true;
    manualSeed(8);
    const mixed = autocast(() => loss(half));
    manualSeed(8);
    const full = loss(wide);
    expect(mixed.dtype).toBe('float32');
    expect(Math.abs((await mixed.item()) - (await full.item()))).toBeLessThan(
      2 ** -20 * (1 + Math.abs(await full.item())),
    );
    mixed.backward();
    full.backward();
    expect(half.grad?.dtype).toBe('float16');
    const [got, expected] = await Promise.all([half.grad?.data(), wide.grad?.data()]);
    expect(distance([...(got as Float16Array)], [...(expected as Float32Array)])).toBeLessThan(2 ** -9);
  });

  test('attention where nothing is fused masks with what float16 holds', async () => {
    const [q, mask] = [randn([2, 5, 4]), randn([5, 5]).gt(0)];
    const output = autocast(() => nn.scaledDotProductAttention(q, q, q, { attnMask: mask }));
    const full = nn.scaledDotProductAttention(q, q, q, { attnMask: mask });
    const layer = new nn.MultiheadAttention(4, 2);
    const weights = autocast(() => layer.call(q, q, q, { attnMask: nn.causalMask(2), needWeights: true })[1]) as Tensor;
    expect((await weights.sum(-1).tolist()) as number[][]).toEqual(
      Array.from({ length: 5 }, () => [expect.closeTo(1, 2), expect.closeTo(1, 2)]),
    );
    expect(distance([...(await output.data())], [...(await full.data())])).toBeLessThan(2 ** -9);
  });

  test('a compiled step gives the bits of the eager one', async () => {
    const { module, input } = between(new nn.GELU());
    const model = module as nn.Sequential;
    const lossOf = (x: Tensor) => autocast(() => model.call(x).logSoftmax(1).square().mean());
    const eager = lossOf(input);
    const expected = [await eager.item(), await gradientsOf(model, () => lossOf(input))];
    const step = compile((x: Tensor) => {
      for (const parameter of model.parameters()) parameter.grad = undefined;
      const loss = lossOf(x);
      loss.backward();
      return [loss, [...model.parameters()].map(({ grad }) => grad as Tensor)] as const;
    });
    for (let call = 0; call < 3; call++) {
      const [loss, grads] = step(input);
      const numbers = (await Promise.all(grads.map((grad) => grad.data()))).flatMap((data) => [...data]);
      expect([await loss.item(), numbers]).toEqual(expected);
    }
  });
});
