import { join } from 'node:path';
import * as api from '@evenkeel/tensor';
import { expect, test } from 'vitest';
import { contradictions, describeFunctions, type Inventory } from './torch/describe-functions.ts';

async function takeInventory(): Promise<Inventory> {
  const { prototype } = api.Tensor;
  const described = Object.entries(Object.getOwnPropertyDescriptors(prototype));
  const callable = () =>
    new Set(
      Object.entries(Object.getOwnPropertyDescriptors(prototype))
        .filter(([name, { value }]) => typeof value === 'function' && name !== 'constructor')
        .map(([name]) => name),
    );
  const methods = callable();
  await import('@evenkeel/tensor/methods');
  const getters = described.filter(([, { get }]) => get).map(([name]) => name);
  return {
    functions: new Set(Object.keys(api)),
    properties: new Set([...getters, 'shape', 'dtype', 'requiresGrad']),
    methods,
    allMethods: callable(),
  };
}

// Once: after it the prototype has all methods.
const inventory = await takeInventory();

test('every name of PyTorch’s index is here, or left out for a reason, and never both', async () => {
  expect(contradictions(inventory)).toEqual({ missing: [], existing: [], unknown: [] });
});

test('docs/tensor-functions.md says what the code has', async () => {
  const page = join(import.meta.dirname, '../../../docs/tensor-functions.md');
  await expect(describeFunctions(inventory)).toMatchFileSnapshot(page);
});
