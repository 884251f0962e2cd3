import { programOf } from '@evenkeel/backend';
import { describe, expect, test, vi } from 'vitest';
import { wasm } from '../src/index.ts';
import { type AttentionCase, attentionKernel, gradientKernel } from './attention-kernels.ts';
import { expectSame, runKernel } from './device.ts';
import { withThreads } from './started.ts';

const cases: [string, AttentionCase][] = [
  ['one row and one column', { rows: 1, depth: 1 }],
  ['one column', { rows: 9, columns: 1, depth: 3, width: 5 }],
  ['one row', { rows: 1, columns: 33, depth: 4, width: 2 }],
  ['a few rows', { rows: 5, columns: 7, depth: 9, width: 3 }],
  ['whole tiles', { rows: 48, columns: 64, depth: 32 }],
  ['edges everywhere', { rows: 61, columns: 43, depth: 13, width: 21 }],
  ['several blocks of rows', { rows: 131, columns: 70, depth: 16 }],
  ['more columns than fit beside many rows', { rows: 70, columns: 700, depth: 10, batch: [] }],
  ['causal', { rows: 64, depth: 32, causal: true }],
  ['causal with edges', { rows: 65, depth: 12, width: 9, causal: true }],
  ['causal, one row', { rows: 1, columns: 6, causal: true }],
  ['causal, three rows', { rows: 3, columns: 3, causal: true }],
  ['causal, more rows than columns', { rows: 77, columns: 30, causal: true }],
  ['causal, rows and whole vectors of columns', { rows: 50, columns: 8, causal: true }],
  ['causal, more columns than rows', { rows: 30, columns: 77, causal: true }],
  ['causal over several blocks', { rows: 203, depth: 6, causal: true, batch: [] }],
  ['no scale', { rows: 20, scale: 1 }],
  ['large scores', { rows: 30, columns: 35, size: 60, scale: 1 }],
  ['a bias', { rows: 37, columns: 29, bias: 'full' }],
  ['a bias of columns', { rows: 30, columns: 32, bias: 'columns' }],
  ['a bias that hides some columns, in some rows all', { rows: 37, columns: 29, bias: 'hides' }],
  ['a mask', { rows: 37, columns: 30, seen: 'full' }],
  ['a mask of columns', { rows: 26, columns: 50, seen: 'columns' }],
  ['rows that see nothing', { rows: 25, columns: 19, seen: 'none in some rows' }],
  ['a mask and a bias, causal', { rows: 67, bias: 'full', seen: 'full', causal: true }],
  ['a mask, causal, rows that see nothing', { rows: 29, columns: 29, seen: 'none in some rows', causal: true }],
  ['a factor', { rows: 37, columns: 30, factor: 'given' }],
  ['a factor that is drawn', { rows: 26, columns: 33, factor: 'drawn' }],
  [
    'a factor that is drawn, rows that begin anywhere in four words',
    { batch: [2, 3], rows: 29, columns: 29, factor: 'drawn', seen: 'columns' },
  ],
  ['a factor that is drawn, few columns', { rows: 30, columns: 3, factor: 'drawn' }],
  ['a factor that is drawn, causal', { rows: 68, columns: 68, factor: 'drawn', causal: true }],
  ['everything', { rows: 53, bias: 'full', seen: 'full', factor: 'given', causal: true, layout: 'heads' }],
  ['heads side by side', { batch: [3, 4], rows: 30, depth: 8, layout: 'heads', causal: true }],
  ['transposed memory', { batch: [2, 2], rows: 27, columns: 34, depth: 7, width: 12, layout: 'transposed' }],
  ['no columns', { rows: 30, columns: 0 }],
  ['no rows', { rows: 0, columns: 5 }],
  ['no batch', { batch: [2, 0], rows: 5 }],
  ['no depth', { rows: 30, columns: 5, depth: 0, width: 3, scale: 1, bias: 'full' }],
  ['no width', { rows: 30, columns: 5, width: 0 }],
  ['few batches of many rows', { batch: [2], rows: 401, columns: 20, depth: 4, width: 5 }],
];

const backends = [
  ['relaxed SIMD', wasm()],
  ['plain SIMD', wasm({ relaxed: false })],
  ['wide tiles', wasm({ wide: () => {} })],
  ['wide tiles of plain SIMD', wasm({ relaxed: false, wide: () => {} })],
] as const;

describe.each(backends)('with %s', (_, backend) => {
  test.each(cases)('attention is what its formula says: %s', async (_, given) => {
    const { kernel, inputs, arguments: args } = attentionKernel(given);
    await expectSame(kernel, inputs, { backend, arguments: args, relative: 2e-5, absolute: 2e-6 });
  });

  test.each(cases)('so are its derivatives: %s', async (_, given) => {
    const { kernel, inputs, arguments: args } = gradientKernel(given);
    await expectSame(kernel, inputs, { backend, arguments: args, relative: 2e-5, absolute: 2e-5 });
  });
});

test.each([[['query']], [['key']], [['value']], [['query', 'value']]] as const)(
  'only the derivatives of %s',
  async (of) => {
    const { kernel, inputs } = gradientKernel({ rows: 31, causal: true, of });
    await expectSame(kernel, inputs, { relative: 2e-5, absolute: 2e-5 });
  },
);

test('the same bits on any number of threads, and in tiles of any width', async () => {
  const given: AttentionCase[] = [
    { batch: [2, 3], rows: 203, depth: 16, causal: true },
    { batch: [], rows: 500, columns: 300, depth: 8, factor: 'drawn' },
    { batch: [40], rows: 64, depth: 8, layout: 'heads', bias: 'full' },
  ];
  const backends = [wasm(), await withThreads(2), await withThreads(3), wasm({ wide: () => {} })];
  for (const { kernel, inputs, arguments: args } of given.flatMap((g) => [attentionKernel(g), gradientKernel(g)])) {
    const [alone, ...shared] = await Promise.all(
      backends.map((backend) => runKernel(kernel, inputs, { backend, arguments: args })),
    );
    for (const results of shared) expect(results).toEqual(alone);
  }
  for (const backend of backends) backend.dispose();
});

test('a query that is no number makes its own row none, and no other', async () => {
  const { kernel, inputs } = attentionKernel({ batch: [], rows: 30, depth: 4, causal: true });
  const [query] = inputs as [number[]];
  query[4 * 17 + 2] = NaN;
  const results = await runKernel(kernel, inputs);
  const rows = (results.at(-1) as number[]).map((x, i) => (Number.isNaN(x) ? Math.floor(i / 4) : -1));
  expect(new Set(rows)).toEqual(new Set([-1, 17]));
});

test('the first program with attention is prepared later, the next at once', async () => {
  const { kernel } = attentionKernel({ rows: 3 });
  vi.resetModules();
  const { wasm: fresh } = await import('../src/index.ts');
  const backend = fresh();
  const first = backend.prepare(programOf(kernel));
  expect(first).toBeInstanceOf(Promise);
  await first;
  expect(backend.prepare(programOf(kernel))).not.toBeInstanceOf(Promise);
});
