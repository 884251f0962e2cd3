import { test } from 'vitest';
import { backends } from '../src/backends.ts';
import { describeBackend } from '../src/index.ts';

/** A GPU in software takes minutes for the whole suite, which `pnpm conformance --backend webgpu` runs. */
const shares: Readonly<Record<string, number>> = { webgpu: 24 };

for (const [name, { make, skips, absence }] of Object.entries(backends)) {
  const reason = await absence?.();
  if (reason === undefined) {
    const backend = await make();
    describeBackend(name, () => backend, { skips, oneOf: shares[name] });
  } else if (process.env['REQUIRE_BROWSER']) {
    test(`the backend ${name}`, () => {
      throw new Error(reason);
    });
  } else {
    test.skip(`the backend ${name} (${reason})`, () => {});
  }
}
