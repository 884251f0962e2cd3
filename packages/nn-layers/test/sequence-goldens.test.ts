import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cpu } from '@evenkeel/backend-cpu';
import { wasm } from '@evenkeel/backend-wasm';
import { setDefaultDtype, Tensor, useBackend } from '@evenkeel/tensor';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as nn from '../src/index.ts';
import { type Adapter, differences, type GoldenCase } from './support/golden-case.ts';

// PyTorch's results for packed sequences, attention, bags and the option space of losses; cases/make_sequence_cases.py makes them.
const { cases } = JSON.parse(readFileSync(join(import.meta.dirname, 'cases/sequences.json.golden'), 'utf8')) as {
  cases: GoldenCase[];
};

/** How a case calls its class or function; the script that writes them says what the fields mean. */
interface Call {
  args: unknown[];
  options: Record<string, unknown>;
  given: (string | string[] | null)[];
  named: string[];
  called: Record<string, unknown>;
}

const camelCase = (name: string): string => name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
const spelled = (options: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(options).map(([name, value]) => [camelCase(name), value]));

const anyCase: Adapter = (inputs, attrs, load, { op, outputs }) => {
  const { args, options, given, named, called } = attrs as unknown as Call;
  const name = op.replace(/^nn\.(functional\.)?/, '');
  const exported = (nn as unknown as Record<string, unknown>)[op.includes('functional') ? camelCase(name) : name];
  if (!exported) throw new Error(`there is no ${op}`);
  const read = (which: string): Tensor => inputs[which] as Tensor;
  const positional = given.map((item) =>
    item === null ? undefined : Array.isArray(item) ? item.map(read) : read(item),
  );
  const call = { ...spelled(called), ...spelled(Object.fromEntries(named.map((which) => [which, read(which)]))) };
  if (options['log_softmax']) positional[0] = (positional[0] as Tensor).logSoftmax(-1);
  const run = (): unknown => {
    if (op.includes('functional'))
      return (exported as (...values: unknown[]) => unknown)(
        ...positional,
        ...(Object.keys(call).length > 0 ? [call] : []),
      );
    const Layer = exported as new (...values: unknown[]) => nn.Module;
    return load(new Layer(...args, spelled(options))).call(...([...positional, call] as never[]));
  };
  const result = run();
  const parts = result instanceof Tensor ? [result] : (Object.values(result as object).flat() as Tensor[]);
  return Object.fromEntries(Object.keys(outputs).map((output, index) => [output, parts[index] as Tensor]));
};

describe.each([
  ['float64 on cpu', 'float64', cpu],
  ['float32 on cpu', 'float32', cpu],
  ['float32 on wasm', 'float32', wasm],
] as const)('PyTorch’s results and gradients in %s', (_, dtype, backend) => {
  beforeAll(() => {
    useBackend(backend());
    setDefaultDtype(dtype);
  });
  afterAll(() => setDefaultDtype('float32'));

  test.each(cases.map((golden) => [golden.name, golden] as const))('%s', async (_name, golden) => {
    expect(await differences(golden, anyCase)).toEqual([]);
  });
});
