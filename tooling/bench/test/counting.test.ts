import { axis, type LoopKernel, load, type Program, programOf } from '@evenkeel/backend';
import { nullBackend } from '@evenkeel/backend-null';
import { expect, test } from 'vitest';
import { lap } from '../src/contenders/session.ts';
import { countBindings } from '../src/counting/count-bindings.ts';
import { countGpu } from '../src/counting/count-gpu.ts';

/** WebGPU's classes, as far as they are counted; what is created is what was asked for. */
function classes() {
  class GPUDevice {
    createBuffer = undefined as never;
    createBindGroup = undefined as never;
  }
  class GPUQueue {}
  class GPUComputePassEncoder {}
  const nothing = (): undefined => undefined;
  Object.assign(GPUDevice.prototype, { createBuffer: (asked: object) => asked, createBindGroup: () => ({}) });
  Object.assign(GPUQueue.prototype, { submit: nothing });
  const pass = { setBindGroup: nothing, dispatchWorkgroups: nothing, dispatchWorkgroupsIndirect: nothing };
  Object.assign(GPUComputePassEncoder.prototype, pass);
  return { GPUDevice, GPUQueue, GPUComputePassEncoder };
}

test('dispatches, submissions, buffers and the bytes of bound storage are counted for whoever asks for them', () => {
  const all = classes();
  const counts = countGpu(all);
  const device = Object.create(all.GPUDevice.prototype) as GPUDevice;
  const queue = Object.create(all.GPUQueue.prototype) as GPUQueue;
  const pass = Object.create(all.GPUComputePassEncoder.prototype) as GPUComputePassEncoder;
  const [storage, uniform] = [0x80, 0x40].map((usage) => device.createBuffer({ size: 1000, usage }));
  const group = (...resources: GPUBindingResource[]): GPUBindGroup => {
    const entries = resources.map((resource, binding) => ({ binding, resource }));
    return device.createBindGroup({ layout: {} as GPUBindGroupLayout, entries });
  };
  pass.setBindGroup(0, group({ buffer: storage! }, { buffer: storage!, size: 16 }, { buffer: uniform! }));
  pass.dispatchWorkgroups(1);
  expect(counts).toEqual({ dispatches: 1, submissions: 0, buffers: 2, boundBytes: 1016 });
  pass.setBindGroup(1, group({ buffer: storage!, offset: 900 }));
  pass.dispatchWorkgroupsIndirect(storage!, 0);
  expect(counts).toMatchObject({ dispatches: 2, boundBytes: 1016 + 1116 });
  pass.setBindGroup(0, group(storage!));
  pass.setBindGroup(1, null);
  pass.dispatchWorkgroups(1);
  queue.submit([]);
  expect(counts).toEqual({ dispatches: 3, submissions: 1, buffers: 2, boundBytes: 1016 + 1116 + 1000 });
});

test("the bytes of a program's bindings are counted for each kernel that has them, as often as it is repeated", () => {
  const backend = nullBackend();
  const bytes = countBindings(backend);
  const kernel: LoopKernel = {
    form: 'loop',
    outer: [4],
    inner: [],
    bindings: [
      { dtype: 'float32', access: 'read' },
      { dtype: 'float32', access: 'write' },
    ],
    arguments: [],
    reductions: [],
    stores: [{ binding: 1, index: axis(0), value: load('float32', 0, axis(0)) }],
    elementStores: [],
  };
  const once = programOf(kernel);
  const [step] = once.steps;
  const program: Program = { ...once, steps: [step!, { repeat: 3, body: [step!], strides: [0, 0] }] };
  const buffers = [1, 2].map((turn) => ({ buffer: backend.allocate(100), offset: 0, length: 10 * turn }));
  const prepared = backend.prepare(program) as Exclude<ReturnType<typeof backend.prepare>, Promise<unknown>>;
  backend.run(prepared, { buffers, arguments: [] });
  expect(bytes()).toBe(4 * (10 + 20));
  backend.run(prepared, { buffers, arguments: [] });
  expect(bytes()).toBe(8 * (10 + 20));
});

test('what steps ask for is told for one of them; what reading the result asks for is left out', async () => {
  let dispatches = 5;
  const done = await lap(
    {
      version: '',
      step: () => {
        dispatches += 4;
      },
      read: async () => {
        dispatches += 100;
        return 7;
      },
      counts: () => ({ dispatches }),
    },
    3,
  );
  expect(done).toMatchObject({ value: 7, counts: { dispatches: 4 } });
});
