import { cpu } from '@evenkeel/backend-cpu';
import { type Tensor, tensor, useBackend } from '@evenkeel/tensor';
import { beforeAll, expect, test } from 'vitest';
import { fromBERT, fromGPT2, toGPT2 } from '../src/index.ts';
import { rename } from '../src/published/rename.ts';

// tooling/interop loads what PyTorch wrote into the models and compares what they compute.
beforeAll(() => useBackend(cpu()));

const named = (...names: string[]): Map<string, Tensor> => new Map(names.map((name) => [name, tensor([[1, 2]])]));

test('fromGPT2 knows names with and without the prefix, drops the masks and keeps what it does not know', () => {
  const mapped = fromGPT2(
    named('wte.weight', 'transformer.h.3.mlp.c_fc.weight', 'h.3.attn.bias', 'h.3.attn.masked_bias', 'x'),
  );
  expect([...mapped.keys()].sort()).toEqual([
    'encoder.layers.3.linear1.weight',
    'head.weight',
    'token_embedding.weight',
    'x',
  ]);
  expect(mapped.get('encoder.layers.3.linear1.weight')?.shape).toEqual([2, 1]);
  expect(mapped.get('head.weight')).toBe(mapped.get('token_embedding.weight'));
});

test('toGPT2 transposes the projections alone', () => {
  const mapped = toGPT2(named('encoder.layers.0.self_attn.in_proj_weight', 'encoder.layers.0.norm1.weight'));
  expect([...mapped].map(([name, { shape }]) => [name, ...shape])).toEqual([
    ['transformer.h.0.attn.c_attn.weight', 2, 1],
    ['transformer.h.0.ln_1.weight', 1, 2],
  ]);
});

test('fromBERT drops the next-sentence head, gives the decoder its bias and knows the older names of norms', () => {
  const names = ['bert.pooler.dense.weight', 'cls.seq_relationship.weight', 'bert.embeddings.position_ids'];
  const norm = 'bert.embeddings.LayerNorm';
  const mapped = fromBERT(named('cls.predictions.bias', ...names, `${norm}.gamma`, `${norm}.beta`));
  expect([...mapped.keys()].sort()).toEqual([
    `${norm}.bias`,
    `${norm}.weight`,
    'cls.predictions.bias',
    'cls.predictions.decoder.bias',
  ]);
});

test('a prefix map renames whole names and prefixes, drops what maps to nothing, and leaves the rest', () => {
  const renamed = rename(named('a.x', 'a.y', 'ab', 'b', 'c'), [
    ['a.', 'd.'],
    ['b', null],
    ['c', 'e'],
  ]);
  expect([...renamed.keys()]).toEqual(['d.x', 'd.y', 'ab', 'e']);
});
