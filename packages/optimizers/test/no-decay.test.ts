import { cpu } from '@evenkeel/backend-cpu';
import { noDecayOnNormsAndBiases } from '@evenkeel/optimizers';
import { Parameter, useBackend, zeros } from '@evenkeel/tensor';
import { beforeAll, expect, test } from 'vitest';

beforeAll(() => useBackend(cpu()));

const names = (decay: string[], spared: string[]): void => {
  const all = new Map([...decay, ...spared].map((name) => [name, new Parameter(zeros([2, 2]))]));
  const groups = noDecayOnNormsAndBiases(all);
  const found = groups.map(({ params, weightDecay }) => [
    weightDecay,
    params.map((parameter) => [...all].find(([, each]) => each === parameter)![0]),
  ]);
  expect(found).toEqual([
    [undefined, decay],
    [0, spared],
  ]);
};

test('weights decay; what is called bias or stands in a normalization does not', () => {
  names(
    ['layers.0.linear1.weight', 'self_attn.in_proj_weight', 'embedding.weight', 'lnear.weight', 'lm_head.weight'],
    [
      'linear1.bias',
      'bias',
      'norm1.weight',
      'encoder.final_norm.weight',
      'h.0.ln_1.weight',
      'bn2.weight',
      'layerNorm.weight',
    ],
  );
});

test('what has fewer than two dimensions does not decay whatever its name, and empty groups are left out', () => {
  const scale = new Parameter(zeros([4]));
  expect(noDecayOnNormsAndBiases([['scale', scale]])).toEqual([{ params: [scale], weightDecay: 0 }]);
});
