import { cpu } from '@evenkeel/backend-cpu';
import { setDefaultDtype, useBackend } from '@evenkeel/tensor';
import { afterAll, beforeAll } from 'vitest';

/** Runs a file's tests on the oracle, in float64 unless told otherwise. */
export function onOracle(dtype: 'float32' | 'float64' = 'float64'): void {
  beforeAll(() => {
    useBackend(cpu());
    setDefaultDtype(dtype);
  });
  afterAll(() => setDefaultDtype('float32'));
}
