import { axis, type Kernel, load, programOf, type ScanKernel, weightedSum } from '@evenkeel/backend';
import { expect, test } from 'vitest';
import { hasNoGpu, onGpu } from './gpu.ts';
import { loop } from './kernels.ts';

const bindings = [
  { dtype: 'float32', access: 'read' },
  { dtype: 'float32', access: 'write' },
] as const;

const copy: Kernel = loop({
  bindings,
  outer: [4],
  stores: [{ binding: 1, index: axis(0), value: load('float32', 0, axis(0)) }],
});

const runningSum: ScanKernel = {
  form: 'routine',
  routine: 'scan',
  bindings,
  arguments: [],
  outer: 1,
  length: 4,
  inner: 1,
  fn: 'sum',
  reverse: false,
  value: load('float32', 0, weightedSum([axis(1)], [1])),
  output: 1,
};

test.skipIf(hasNoGpu)('the first program with a routine waits for what compiles routines; no other does', async () => {
  const backend = await onGpu();
  const [x, y] = [backend.allocate(16), backend.allocate(16)];
  backend.write(x, Float32Array.of(1, 2, 3, 4));
  const whole = (buffer: typeof x) => ({ buffer, offset: 0, length: 16 });
  expect(backend.prepare(programOf(copy))).not.toBeInstanceOf(Promise);
  // Within a repetition too.
  const { steps, ...rest } = programOf(runningSum);
  const repeated = { ...rest, steps: [{ repeat: 1, strides: [0, 0], body: steps }] };
  const first = backend.prepare(repeated);
  expect(first).toBeInstanceOf(Promise);
  backend.run(await first, { buffers: [whole(x), whole(y)], arguments: [] });
  expect([...new Float32Array((await backend.read(y)).buffer)]).toEqual([1, 3, 6, 10]);
  expect(backend.prepare(programOf(runningSum))).not.toBeInstanceOf(Promise);
  backend.dispose();
});
