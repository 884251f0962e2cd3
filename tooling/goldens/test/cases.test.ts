import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readCases } from '../src/case.ts';
import { notYet } from '../src/not-yet.ts';
import { enter, passesOf } from '../src/passes.ts';
import { runCase } from '../src/run-case.ts';
import { skips } from '../src/skips.ts';

const cases = readCases(join(import.meta.dirname, '../cases'));
const files = [...new Set(cases.map(({ file }) => file))];

test('every category is there', () => {
  expect(files).toEqual(
    [
      'activations',
      'gradients',
      'initialisers',
      'layers',
      'losses',
      'normalization',
      'optimizers',
      'schedulers',
      'tensor_ops',
    ].map((name) => `${name}.json`),
  );
  expect(cases).toHaveLength(507);
});

describe.each(passesOf('all').map((pass) => [pass.name, pass] as const))('on %s', (_name, pass) => {
  test.each(files)('%s agrees with PyTorch in everything that is not listed as missing', async (file) => {
    await enter(pass);
    const failures: string[] = [];
    for (const golden of cases) {
      if (golden.file !== file || notYet.has(golden.op) || skips[`${file}: ${golden.name}`]) continue;
      const { problems } = await runCase(golden);
      if (problems.length > 0) failures.push(`${golden.name}: ${problems.join(' | ')}`);
    }
    expect(failures).toEqual([]);
  });
});

test('what is listed as missing is missing: take it off the list once it passes', async () => {
  const [, , oracle] = passesOf('all');
  await enter(oracle!);
  const passing: string[] = [];
  for (const golden of cases) {
    if (notYet.has(golden.op) && (await runCase(golden)).problems.length === 0) passing.push(golden.op);
  }
  expect([...new Set(passing)]).toEqual([]);
  const unknown = [...notYet].filter((op) => !cases.some((golden) => golden.op === op));
  expect(unknown).toEqual([]);
});
