import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readCases } from '../src/case.ts';
import { enter, passesOf } from '../src/passes.ts';
import { runCase } from '../src/run-case.ts';

const cases = readCases(join(import.meta.dirname, '../further-cases'));

test('they are all read', () => {
  expect(cases).toHaveLength(636);
});

describe.each(passesOf('all').map((pass) => [pass.name, pass] as const))('on %s', (_name, pass) => {
  test('tensor functions agree with PyTorch, options and gradients included', async () => {
    await enter(pass);
    const failures: string[] = [];
    for (const golden of cases) {
      const { problems } = await runCase(golden);
      if (problems.length > 0) failures.push(`${golden.name}: ${problems.join(' | ')}`);
    }
    expect(failures).toEqual([]);
  });
});
