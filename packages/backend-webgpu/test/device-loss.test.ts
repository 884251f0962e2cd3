import { axis, binary, constant, load, programOf } from '@evenkeel/backend';
import { DeviceError } from '@evenkeel/errors';
import { expect, test } from 'vitest';
import type { WebgpuBackend } from '../src/index.ts';
import { hasNoGpu, onGpu } from './gpu.ts';
import { loop } from './kernels.ts';

/** x + amount, of one element; another program for each amount. */
const increase = (amount: number) =>
  loop({
    bindings: [
      { dtype: 'float32', access: 'read' },
      { dtype: 'float32', access: 'write' },
    ],
    outer: [1],
    stores: [
      { binding: 1, index: axis(0), value: binary('add', load('float32', 0, axis(0)), constant('float32', amount)) },
    ],
  });

async function opened(): Promise<[WebgpuBackend, GPUDevice]> {
  const devices: GPUDevice[] = [];
  const backend = await onGpu({}, (device) => void devices.push(device));
  return [backend, devices[0] as GPUDevice];
}

const settled = (promise: Promise<unknown>) =>
  promise.then(
    () => 'kept',
    (error: unknown) => error,
  );

test.skipIf(hasNoGpu)(
  'when the device is lost, all that waits for it is refused, and so is what follows',
  async () => {
    const [backend, device] = await opened();
    const buffer = backend.allocate(16);
    const [first, ...others] = [1, 2, 3, 4, 5].map((amount) => increase(amount));
    const program = { ...programOf(first!), steps: [first!, ...others].flatMap((kernel) => programOf(kernel).steps) };
    // Many kernels: their pipelines are made in the background.
    const preparing = backend.prepare(program);
    expect(preparing).toBeInstanceOf(Promise);
    const waiting = [backend.read(buffer), backend.read(buffer), preparing as Promise<unknown>].map(settled);
    expect(backend.isLost).toBe(false);
    device.destroy();
    for (const result of await Promise.all(waiting)) expect(String(result)).toMatch(/lost/);
    expect(backend.isLost).toBe(true);
    await expect(backend.read(buffer)).rejects.toThrow(/lost[\s\S]*destroyed[\s\S]*snapshot/);
    expect(() => backend.allocate(4)).toThrow(/lost/);
    expect(() => backend.prepare(program)).toThrow(/lost/);
    expect(() => backend.write(buffer, new Float32Array(4))).toThrow(/lost/);
    expect(() => backend.release(buffer)).not.toThrow();
    backend.dispose();
  },
  10_000,
);

test.skipIf(hasNoGpu)(
  'a read that fails because the device is lost says so, even where the loss is told later',
  async () => {
    const [backend, device] = await opened();
    const { createBuffer } = device;
    device.createBuffer = (descriptor) => {
      const buffer = createBuffer.call(device, descriptor);
      Object.defineProperty(buffer, 'mapAsync', { value: async () => Promise.reject(new Error('aborted')) });
      return buffer;
    };
    const reading = settled(backend.read(backend.allocate(16)));
    setTimeout(() => device.destroy(), 10);
    expect(await reading).toBeInstanceOf(DeviceError);
    expect(String(await reading)).toMatch(/lost/);
    backend.dispose();
  },
);

test.skipIf(hasNoGpu)('a lost backend opens another one, which computes', async () => {
  const [backend, device] = await opened();
  device.destroy();
  await device.lost;
  const next = await backend.reopen();
  expect(next.isLost).toBe(false);
  const [x, y] = [next.allocate(4), next.allocate(4)];
  next.write(x, Float32Array.of(2));
  const buffers = [x, y].map((buffer) => ({ buffer, offset: 0, length: 4 }));
  next.run(await next.prepare(programOf(increase(1))), { buffers, arguments: [] });
  expect(new Float32Array((await next.read(y)).buffer)[0]).toBe(3);
  next.dispose();
  backend.dispose();
});

test.skipIf(hasNoGpu)('a backend that is disposed of is not lost', async () => {
  const [backend, device] = await opened();
  const reading = settled(backend.read(backend.allocate(4)));
  backend.dispose();
  await device.lost;
  expect(String(await reading)).toMatch(/disposed/);
  expect(backend.isLost).toBe(false);
});

test.skipIf(hasNoGpu)(
  'memory that the device has no room for ends the backend, with what was asked for and what is live',
  async () => {
    const [backend, device] = await opened();
    const small = backend.allocate(1000);
    const { popErrorScope } = device;
    // A device whose memory is full cannot be had for a test.
    device.popErrorScope = async () => {
      await popErrorScope.call(device);
      return { message: 'not enough memory left' } as GPUError;
    };
    const large = backend.allocate(6 * 2 ** 20);
    const error = await settled(backend.read(large));
    expect(error).toBeInstanceOf(DeviceError);
    expect(String(error)).toMatch(
      /no memory left: \d{7} bytes asked for[\s\S]*6292480 bytes live in 2 buffers[\s\S]*not enough memory left[\s\S]*smaller batches/,
    );
    // What it held is not trusted: it may not have been copied.
    await expect(backend.read(small)).rejects.toThrow(/no memory left/);
    expect(backend.isLost).toBe(false);
    backend.dispose();
  },
);
