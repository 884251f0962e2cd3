import { cpu } from '@evenkeel/backend-cpu';
import { setDefaultDtype, useBackend } from '@evenkeel/tensor';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { adapters } from './support/golden-adapters.ts';
import { differences, goldenCases } from './support/golden-case.ts';

const categories = ['activations', 'layers', 'losses', 'normalization'];

describe.each(['float64', 'float32'] as const)('results and gradients are PyTorch’s in %s', (dtype) => {
  beforeAll(() => {
    useBackend(cpu());
    setDefaultDtype(dtype);
  });
  afterAll(() => setDefaultDtype('float32'));

  for (const category of categories) {
    const cases = goldenCases(category).filter(({ op }) => adapters[op]);
    test.each(cases.map((golden) => [golden.name, golden] as const))(`${category}: %s`, async (_name, golden) => {
      const adapter = adapters[golden.op];
      expect(adapter && (await differences(golden, adapter))).toEqual([]);
    });
  }
});
