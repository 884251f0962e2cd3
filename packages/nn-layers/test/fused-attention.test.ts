import { cpu } from '@evenkeel/backend-cpu';
import '@evenkeel/tensor/methods';
import { type Backend, manualSeed, randn, type Tensor, tensor, useBackend } from '@evenkeel/tensor';
import { afterAll, describe, expect, test } from 'vitest';
import { causalMask, MultiheadAttention, type MultiheadAttentionOptions } from '../src/index.ts';

const fused = cpu();
const right = cpu();
const routines = right.limits.routines.filter((name) => !name.startsWith('attention'));
const graph = { ...right, limits: { ...right.limits, routines } };

afterAll(() => {
  fused.dispose();
  right.dispose();
});

/** What a layer gives and its gradients, on one of the two. */
async function trained(backend: Backend, options: MultiheadAttentionOptions, inputs: () => object) {
  useBackend(backend);
  manualSeed(5);
  const layer = new MultiheadAttention(8, 4, { batchFirst: true, ...options });
  const x = randn([2, 5, 8]);
  x.requiresGrad = true;
  const [output] = layer.call(x, x, x, { needWeights: false, ...inputs() });
  output.square().sum().backward();
  const all = [output, x.grad as Tensor, ...layer.parameters().map(({ grad }) => grad as Tensor)];
  return Promise.all(all.map((each) => each.data()));
}

const padding = () =>
  tensor([
    [false, false, false, true, true],
    [true, true, true, true, true],
  ]);

describe('a layer in one kernel gives what it gives as a graph', () => {
  test.each<[string, MultiheadAttentionOptions, () => object]>([
    ['causal', {}, () => ({ isCausal: true })],
    ['with the same weights dropped', { dropout: 0.4 }, () => ({})],
    ['with padding, one sequence being nothing else', {}, () => ({ keyPaddingMask: padding() })],
    ['with a mask of numbers', {}, () => ({ attnMask: causalMask(5).to('float32').mul(-1e30) })],
    ['with both, and dropped weights', { dropout: 0.4 }, () => ({ keyPaddingMask: padding(), isCausal: true })],
    ['with fewer heads of keys', { numKvHeads: 2 }, () => ({ isCausal: true })],
    ['with keys that are added', { addBiasKv: true, addZeroAttn: true }, () => ({})],
  ])('%s', async (_name, options, inputs) => {
    const [one, other] = [await trained(fused, options, inputs), await trained(graph, options, inputs)];
    one.forEach((values, i) => {
      (values as Float32Array).forEach((value, at) => {
        expect(value).toBeCloseTo(other[i]?.[at] as number, 4);
      });
    });
  });
});
