import { DeviceError } from '@evenkeel/errors';
import { expect, test } from 'vitest';
import type { WebgpuOptions } from '../src/index.ts';
import { hasNoGpu, onGpu } from './gpu.ts';

/** A device on which the first shader that is made, the probe's, is another one. */
const changing = (change: (code: string) => string) => (device: GPUDevice) => {
  const { createShaderModule } = device;
  let isFirst = true;
  device.createShaderModule = ({ code }) => {
    const text = isFirst ? change(code) : code;
    isFirst = false;
    return createShaderModule.call(device, { code: text });
  };
};

test.skipIf(hasNoGpu)('a GPU that computes in full precision is described', async () => {
  const backend = await onGpu();
  expect(backend.device.float32).toMatchObject({ precision: 'full', nan: expect.stringMatching(/kept|ignored/) });
  if (!backend.device.features.includes('shader-f16')) expect(backend.device.float16).toBe('absent');
  else expect(backend.device.float16).toMatchObject({ precision: 'full' });
  backend.dispose();
});

test.skipIf(hasNoGpu).each([
  ['products', /= a \* b;/, '= quantizeToF16(a) * quantizeToF16(b);'],
  ['sums', /= a \+ b;/, '= quantizeToF16(a + b);'],
  ['quotients', /= a \/ b;/, '= quantizeToF16(a / b);'],
])('a GPU that computes %s with half the digits is refused, unless that is accepted', async (name, from, to) => {
  const halve = changing((code) => {
    expect(code).toMatch(from);
    return code.replace(from, to);
  });
  const error = await onGpu({}, halve).catch((reason) => reason);
  expect(error).toBeInstanceOf(DeviceError);
  expect(error.message).toMatch(
    new RegExp(`less than the precision of float32[\\s\\S]*got: ${name} with a relative error of 0.00\\d+\n`),
  );
  const backend = await onGpu({ acceptDegraded: true }, halve);
  expect(backend.device.float32.precision).toBe('degraded');
  backend.dispose();
});

test.skipIf(hasNoGpu)('subgroups are used where shared memory is and they are numbered one after another', async () => {
  const shaders: string[] = [];
  const listen = (device: GPUDevice, change = (code: string) => code) => {
    const { createShaderModule } = device;
    device.createShaderModule = ({ code }) => {
      shaders.push(change(code));
      return createShaderModule.call(device, { code: change(code) });
    };
  };
  const sizeFor = async (options: WebgpuOptions, change?: (code: string) => string) => {
    shaders.length = 0;
    const backend = await onGpu(options, (device) => listen(device, change));
    backend.dispose();
    return backend.device.subgroups;
  };
  const mayHave = await sizeFor({ sharedMemory: true });
  const asked = shaders.some((code) => code.startsWith('enable subgroups;'));
  expect(mayHave > 1).toBe(asked);
  expect(await sizeFor({ sharedMemory: false })).toBe(0);
  expect(await sizeFor({ sharedMemory: true, subgroups: false })).toBe(0);
  expect(shaders.some((code) => code.includes('subgroup'))).toBe(false);
  // A device that numbers them backwards.
  const backwards = (code: string) => code.replace('peer == lane', 'subgroup - 1u - peer == lane');
  expect(await sizeFor({ sharedMemory: true }, backwards)).toBe(0);
});

test.skipIf(hasNoGpu)('float16 is probed where the device has it', async () => {
  // Few devices have it: float32 stands for it here, which keeps all that is looked for.
  const pretend = (device: GPUDevice) => {
    Object.defineProperty(device, 'features', { value: new Set(['shader-f16']) });
    const { createShaderModule } = device;
    device.createShaderModule = ({ code }) =>
      createShaderModule.call(device, { code: code.replace('enable f16;', '').replaceAll(/\bf16\b/g, 'f32') });
  };
  const backend = await onGpu({}, pretend);
  expect(backend.device.float16).toEqual({ precision: 'full', arithmetic: 'fused', subnormals: expect.any(String) });
  backend.dispose();
  const poor = await onGpu({}, (device) => {
    pretend(device);
    const { createShaderModule } = device;
    device.createShaderModule = ({ code }) =>
      createShaderModule.call(device, { code: code.replace('f32(a * a)', 'f32(a * a * f16(0.99))') });
  });
  expect(poor.device.float16).toMatchObject({ precision: 'degraded' });
  poor.dispose();
});
