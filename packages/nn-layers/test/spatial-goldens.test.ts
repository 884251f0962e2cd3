import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cpu } from '@evenkeel/backend-cpu';
import { wasm } from '@evenkeel/backend-wasm';
import { setDefaultDtype, type Tensor, useBackend } from '@evenkeel/tensor';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as nn from '../src/index.ts';
import { type Adapter, differences, type GoldenCase } from './support/golden-case.ts';

// PyTorch's results for the option space of convolutions, pooling, resizing and padding; cases/make_spatial_cases.py makes them.
const { cases } = JSON.parse(readFileSync(join(import.meta.dirname, 'cases/spatial.json.golden'), 'utf8')) as {
  cases: GoldenCase[];
};

/** `new Layer(...args, options)(input, ...called)`, by the names that are the same but for their spelling. */
const anyLayer: Adapter = ({ input }, attrs, load, { op }): Record<string, Tensor> => {
  const { args, called, ...options } = attrs as unknown as { args: unknown[]; called: unknown[] };
  const Layer = (nn as unknown as Record<string, new (...args: unknown[]) => nn.Module>)[op.replace('nn.', '')];
  const camel = Object.entries(options).map(([name, value]) => [
    name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
    value,
  ]);
  if (!Layer) throw new Error(`there is no ${op}`);
  const given = camel.length > 0 ? [Object.fromEntries(camel)] : [];
  const layer = load(new Layer(...args, ...given));
  const result = layer.call(...([input, ...called] as never[])) as Tensor | [Tensor, Tensor];
  return Array.isArray(result) ? { output: result[0], indices: result[1] } : { output: result };
};

describe.each([
  ['float64 on cpu', 'float64', cpu],
  ['float32 on cpu', 'float32', cpu],
  ['float32 on wasm', 'float32', wasm],
] as const)('spatial layers give PyTorch’s results and gradients in %s', (_, dtype, backend) => {
  beforeAll(() => {
    useBackend(backend());
    setDefaultDtype(dtype);
  });
  afterAll(() => setDefaultDtype('float32'));

  test.each(cases.map((golden) => [golden.name, golden] as const))('%s', async (_name, golden) => {
    expect(await differences(golden, anyLayer)).toEqual([]);
  });
});
