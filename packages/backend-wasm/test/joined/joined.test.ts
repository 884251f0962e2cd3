import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { wasm } from '../../src/index.ts';
import { cases, results } from './cases.ts';

/** What a script prints in a Node with these options. */
function inNode(script: string, options: readonly string[] = []): string {
  const flags = [...options, '--conditions=@evenkeel/source', '--input-type=module', '--eval', script];
  return execFileSync(process.execPath, flags, { cwd: import.meta.dirname, encoding: 'utf8', maxBuffer: 1e9 });
}

test('joined vectors give the bits that single ones do', async () => {
  const single = inNode(`import { results } from './cases.ts'; console.log(await results());`);
  expect(process.execArgv).toContain('--experimental-wasm-revectorize');
  expect(await results(wasm({ wide: () => {} }))).toBe(single.trim());
});

test.each(cases)('those of %s are joined', (_, kernel) => {
  const script = `
    import { programOf } from '@evenkeel/backend';
    import { wasm } from '@evenkeel/backend-wasm';
    const backend = wasm({ wide: () => {} });
    await backend.prepare(programOf(${JSON.stringify(kernel)}));
  `;
  const options = [
    '--experimental-wasm-revectorize',
    '--trace-wasm-revectorize',
    '--no-liftoff',
    '--no-wasm-lazy-compilation',
  ];
  expect(inNode(script, options)).toMatch(/Print \d+: Simd128Ternary\[F32x4Qfma\]/);
});
