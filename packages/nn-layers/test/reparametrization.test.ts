import { cpu } from '@evenkeel/backend-cpu';
import { wasm } from '@evenkeel/backend-wasm';
import { ConfigError } from '@evenkeel/errors';
import { closeStep, manualSeed, noGrad, randn, type Tensor, tensor, useBackend } from '@evenkeel/tensor';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  Conv2d,
  ConvTranspose2d,
  Linear,
  parametrizations,
  removeSpectralNorm,
  removeWeightNorm,
  Sequential,
  spectralNorm,
  weightNorm,
} from '../src/index.ts';
import { distance } from './support/reference.ts';

const keys = (module: { stateDict(): Map<string, Tensor> }): string[] => [...module.stateDict().keys()].sort();

describe.each([
  ['cpu', cpu],
  ['wasm', wasm],
] as const)('on %s', (_, backend) => {
  beforeAll(() => useBackend(backend()));
  beforeEach(() => manualSeed(5));

  describe('weight norm', () => {
    test('changes nothing at first, and has the keys of either spelling', async () => {
      const plain = new Linear(4, 3);
      const hooked = weightNorm(plain.clone());
      const parametrized = parametrizations.weightNorm(plain.clone());
      const x = randn([2, 4]);
      expect(await distance(hooked.call(x), plain.call(x))).toBeLessThan(1e-6);
      expect(await distance(parametrized.call(x), plain.call(x))).toBeLessThan(1e-6);
      expect(keys(hooked)).toEqual(['bias', 'weight_g', 'weight_v']);
      expect(keys(parametrized)).toEqual([
        'bias',
        'parametrizations.weight.original0',
        'parametrizations.weight.original1',
      ]);
      expect(hooked.stateDict().get('weight_g')?.shape).toEqual([3, 1]);
      expect(parametrized.namedParameters()).toHaveLength(3);
    });

    test('keeps the direction where the length is set: rows of length g', async () => {
      const layer = parametrizations.weightNorm(new Linear(4, 2, { bias: false }));
      layer.loadStateDict({
        'parametrizations.weight.original0': tensor([[2], [10]]),
        'parametrizations.weight.original1': tensor([
          [3, 4, 0, 0],
          [0, 0, 6, 8],
        ]),
      });
      // [3, 4] / 5 · 2 and [6, 8] / 10 · 10.
      const expected = tensor([
        [1.2, 1.6, 0, 0],
        [0, 0, 6, 8],
      ]);
      expect(await distance(layer.weight, expected)).toBeLessThan(1e-6);
    });

    test('a copy has lengths and directions of its own', async () => {
      for (const layer of [weightNorm(new Linear(4, 3)), parametrizations.weightNorm(new Linear(4, 3))]) {
        const copy = layer.clone();
        const before = await copy.weight.tolist();
        for (const parameter of layer.parameters()) noGrad(() => parameter.assign(parameter.mul(3)));
        expect(await copy.weight.tolist()).toEqual(before);
        expect(copy.parameters()).toHaveLength(3);
      }
    });

    test('trains over steps, and what is left after removal computes the same', async () => {
      for (const layer of [
        weightNorm(new Linear(4, 3)),
        parametrizations.weightNorm(new Linear(4, 3), { dim: null }),
      ]) {
        const x = randn([2, 4]).keep();
        for (let step = 0; step < 3; step++) {
          layer.call(x).square().sum().backward();
          noGrad(() => {
            for (const each of layer.parameters()) each.assign(each.sub((each.grad as Tensor).mul(0.01)));
          });
          layer.zeroGrad();
          closeStep();
        }
        const before = await layer.call(x).data();
        if ('weight_g' in layer) removeWeightNorm(layer);
        else parametrizations.removeParametrizations(layer);
        expect(keys(layer)).toEqual(['bias', 'weight']);
        expect(await layer.call(x).data()).toEqual(before);
        layer.call(x).sum().backward();
        expect(layer.weight.grad?.shape).toEqual([3, 4]);
      }
    });

    test('refuses what is no parameter, and to be removed where it is not', () => {
      expect(() => weightNorm(weightNorm(new Linear(2, 2)))).toThrow(ConfigError);
      expect(() => weightNorm(new Linear(2, 2), { name: 'wieght' })).toThrow(/'wieght'/);
      expect(() => removeWeightNorm(new Linear(2, 2))).toThrow(ConfigError);
      expect(() => parametrizations.removeParametrizations(new Linear(2, 2))).toThrow(ConfigError);
    });
  });

  describe('spectral norm', () => {
    // Singular values 3 and 1 by construction: an orthogonal matrix times a diagonal one.
    const stretched = () =>
      tensor([
        [1.8, -0.8],
        [2.4, 0.6],
      ]);

    test('divides by the largest singular value once the iteration has settled, in either spelling', async () => {
      for (const layer of [
        spectralNorm(new Linear(2, 2, { bias: false }), { nPowerIterations: 30 }),
        parametrizations.spectralNorm(new Linear(2, 2, { bias: false }), { nPowerIterations: 30 }),
      ]) {
        const original = layer.namedParameters()[0]?.[1] as Tensor;
        noGrad(() => original.assign(stretched()));
        layer.call(randn([1, 2]));
        expect(await distance(layer.weight, stretched().div(3))).toBeLessThan(1e-5);
      }
    });

    test('a call of the parametrization gives PyTorch’s output, gradient and vectors', async () => {
      const layer = parametrizations.spectralNorm(new Linear(3, 2, { bias: false }), { nPowerIterations: 2 });
      layer.loadStateDict({
        'parametrizations.weight.original': tensor([
          [1, 2, -1],
          [0.5, -1, 3],
        ]),
        'parametrizations.weight.0._u': tensor([0.6, 0.8]),
        'parametrizations.weight.0._v': tensor([0, 0.6, -0.8]),
      });
      const output = layer.call(tensor([[1, -2, 0.5]]));
      output
        .mul(tensor([[1, 2]]))
        .sum()
        .backward();
      // From PyTorch 1.13.1 in float64.
      expect(await distance(output, tensor([[-0.96696897, 1.1051074]]))).toBeLessThan(1e-6);
      expect(await distance(layer.buffers()[0] as Tensor, tensor([0.53995469, -0.84169408]))).toBeLessThan(1e-6);
      expect(await distance(layer.buffers()[1] as Tensor, tensor([0.03290669, 0.53089455, -0.84679875]))).toBeLessThan(
        1e-6,
      );
      const gradient = tensor([
        [0.27017386, -0.65101535, 0.29518882],
        [0.56206719, -0.95162307, 0.031463],
      ]);
      expect(await distance(layer.parameters()[0]?.grad as Tensor, gradient)).toBeLessThan(2e-6);
    });

    test('has the keys of either spelling, and counts the outputs of a transposed convolution in its second dimension', () => {
      const hooked = spectralNorm(new ConvTranspose2d(3, 5, 2));
      expect(keys(hooked)).toEqual(['bias', 'weight_orig', 'weight_u', 'weight_v']);
      expect(hooked.stateDict().get('weight_u')?.shape).toEqual([5]);
      expect(hooked.stateDict().get('weight_v')?.shape).toEqual([12]);
      const parametrized = new Sequential(parametrizations.spectralNorm(new Conv2d(3, 5, 2)));
      expect(keys(parametrized)).toEqual([
        '0.bias',
        '0.parametrizations.weight.0._u',
        '0.parametrizations.weight.0._v',
        '0.parametrizations.weight.original',
      ]);
    });

    test('iterates in training only', async () => {
      for (const layer of [spectralNorm(new Linear(5, 4)), parametrizations.spectralNorm(new Linear(5, 4))]) {
        const u = layer.buffers()[0] as Tensor;
        layer.eval();
        const before = await u.tolist();
        layer.call(randn([1, 5]));
        expect(await u.tolist()).toEqual(before);
        layer.train().call(randn([1, 5]));
        expect(await u.tolist()).not.toEqual(before);
      }
    });

    test('two calls before one backward pass each have the gradient of their own estimate', async () => {
      const layer = spectralNorm(new Linear(3, 3, { bias: false }));
      const original = layer.namedParameters()[0]?.[1] as Tensor;
      const [first, second] = [randn([1, 3]).keep(), randn([1, 3]).keep()];
      const [u, v] = layer.buffers().map((buffer) => buffer.clone().keep()) as [Tensor, Tensor];
      const restart = (): void => {
        for (const [index, buffer] of layer.buffers().entries()) noGrad(() => buffer.assign(index === 0 ? u : v));
        layer.zeroGrad();
      };
      layer.call(first).sum().backward();
      layer.call(second).sum().backward();
      const apart = (original.grad as Tensor).clone();
      restart();
      layer.call(first).sum().add(layer.call(second).sum()).backward();
      expect(await distance(original.grad as Tensor, apart)).toBeLessThan(1e-6);
    });

    test('what is left after removal computes the same', async () => {
      const x = randn([2, 4]);
      const hooked = spectralNorm(new Linear(4, 3)).eval();
      const parametrized = parametrizations.spectralNorm(new Linear(4, 3)).eval();
      const before = [await hooked.call(x).data(), await parametrized.call(x).data()];
      const after = [removeSpectralNorm(hooked), parametrizations.removeParametrizations(parametrized)];
      for (const [index, layer] of after.entries()) {
        expect(keys(layer)).toEqual(['bias', 'weight']);
        expect(await layer.train().call(x).data()).toEqual(before[index]);
      }
      expect(() => removeSpectralNorm(hooked)).toThrow(ConfigError);
    });
  });
});
