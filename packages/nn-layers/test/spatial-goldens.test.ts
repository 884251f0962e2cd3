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

const camelCase = (name: string): string => name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** `new Layer(...args, options)(input, ...called)` or `fn(...inputs, ...args, options)`: the names differ in spelling only. */
const anything: Adapter = (inputs, attrs, load, { op }): Record<string, Tensor> => {
  const { args, called, ...named } = attrs as unknown as { args: unknown[]; called: unknown[] };
  const options = Object.entries(named).map(([name, value]) => [camelCase(name), value]);
  const given = [...args, ...(options.length > 0 ? [Object.fromEntries(options)] : [])];
  const exported = (nn as unknown as Record<string, unknown>)[camelCase(op.replace(/^nn\.(functional\.)?/, ''))];
  if (op.startsWith('nn.functional.')) {
    return { output: (exported as (...values: unknown[]) => Tensor)(...Object.values(inputs), ...given) };
  }
  const layer = load(new (exported as new (...values: unknown[]) => nn.Module)(...given));
  const result = layer.call(...([inputs['input'], ...called] as never[])) as Tensor | [Tensor, Tensor];
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
    expect(await differences(golden, anything)).toEqual([]);
  });
});
