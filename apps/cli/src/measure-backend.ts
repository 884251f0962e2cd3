import { type Backend, compile, randn, type Tensor, useBackend } from '@evenkeel/tensor';

/** How fast a device is, as measured. */
export interface DeviceSpeed {
  /** Of a product of two matrices of 512 by 512, in 10⁹ operations a second. */
  readonly matmulGflops: number;
  /** Read and written by the doubling of 16 MB, in 10⁹ bytes a second. */
  readonly memoryGBps: number;
  /** Milliseconds for a product, a softmax and a sum of middle size, read back. */
  readonly mixedMilliseconds: number;
}

const SIZE = 512;
const ELEMENTS = 2 ** 22;
const FLOAT_BYTES = 4;
const ROWS = 256;
/** The first two calls of a compiled function record it. */
const WARM_UP = 2;
const ROUNDS = 4;

/**
 * Measures a backend, which becomes the current one.
 *
 * @param seconds how long, in all and beside what is compiled before
 */
export async function measureBackend(backend: Backend, seconds: number): Promise<DeviceSpeed> {
  useBackend(backend);
  const share = seconds / 3;
  const square = randn([SIZE, SIZE]).keep();
  const matmul = await secondsPer(() => product(square), share);
  square.release();
  const long = randn([ELEMENTS]).keep();
  const doubling = await secondsPer(() => twice(long), share);
  long.release();
  const rows = randn([ROWS, ROWS]).keep();
  const mixed = await secondsPer(() => mix(rows), share);
  rows.release();
  return {
    matmulGflops: (2 * SIZE ** 3) / matmul / 1e9,
    memoryGBps: (2 * ELEMENTS * FLOAT_BYTES) / doubling / 1e9,
    mixedMilliseconds: mixed * 1000,
  };
}

const product = compile((square: Tensor) => square.matmul(square));
const twice = compile((values: Tensor) => values.mul(2));
const mix = compile((rows: Tensor) => rows.matmul(rows).softmax(-1).add(rows).sum());

/** Seconds that one call takes, from the fastest of several rounds: others may have the machine in between. */
async function secondsPer(work: () => Tensor, seconds: number): Promise<number> {
  const round = async (calls: number) => {
    const start = performance.now();
    for (let call = 1; call < calls; call++) work().release();
    // The last one is read, so that all have been computed.
    const last = work();
    await last.data();
    last.release();
    return (performance.now() - start) / 1000;
  };
  await round(WARM_UP);
  const once = await round(1);
  // A device that is as slow as that needs no second look.
  if (once > seconds) return once;
  const calls = Math.max(1, Math.round(seconds / ROUNDS / once));
  const rounds = [once];
  for (let index = 0; index < ROUNDS; index++) rounds.push((await round(calls)) / calls);
  return Math.min(...rounds);
}
