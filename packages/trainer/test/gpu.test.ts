import { cpu } from '@evenkeel/backend-cpu';
import { type WebgpuBackend, webgpu } from '@evenkeel/backend-webgpu';
import { ArrayDataset, DataLoader } from '@evenkeel/data';
import {
  crossEntropy,
  Embedding,
  LayerNorm,
  Linear,
  mseLoss,
  PositionalEncoding,
  Sequential,
  Tanh,
} from '@evenkeel/nn-layers';
import { missing, nodeGpu, observe } from '@evenkeel/node-gpu';
import { AdamW, clipGradNorm, GradScaler, SGD } from '@evenkeel/optimizers';
import { compile, currentBackend, manualSeed, Parameter, type Tensor, tensor, useBackend } from '@evenkeel/tensor';
import { describe, expect, test } from 'vitest';
import { type TrainEvent, TrainingStoppedError, type TrainOptions, train } from '../src/index.ts';

const gpu = await nodeGpu();
if (!gpu && process.env['REQUIRE_BROWSER']) throw new Error(missing);

/** Backends on the machine's GPU, and the devices that they opened. */
function opener(meet: (device: GPUDevice) => void = () => {}) {
  const devices: GPUDevice[] = [];
  const observed =
    gpu &&
    observe(gpu, (device) => {
      devices.push(device);
      meet(device);
    });
  return { devices, open: () => webgpu({ gpu: observed }) };
}

type Batch = { x: Tensor; y: Tensor };

/** A small network with dropout and a table of positions, which no state dict holds. */
function run(overrides: Partial<TrainOptions<Batch>> = {}) {
  manualSeed(3);
  const model = new Sequential(
    new Embedding(11, 8),
    new PositionalEncoding(8, { maxLength: 6, dropout: 0.1, batchFirst: true }),
    new LayerNorm(8),
    new Linear(8, 11),
  );
  const tokens = Int32Array.from({ length: 6 * 20 }, (_, i) => (i * 7 + (i >> 2)) % 11);
  const field = { data: tokens, shape: [20, 6] };
  const events: TrainEvent[] = [];
  const options: TrainOptions<Batch> = {
    model,
    optimizer: new AdamW(model.parameters(), { lr: 0.01 }),
    data: new DataLoader(new ArrayDataset({ x: field, y: field }), { batchSize: 8, shuffle: true, seed: 3 }),
    loss: ({ x, y }) => crossEntropy(model.call(x).reshape([-1, 11]), y.reshape([-1])),
    steps: 12,
    clip: 1,
    recovery: { every: 5 },
    onEvent: (event) => void events.push(event),
    ...overrides,
  };
  return { model, options, events };
}

async function outcome({ model, options, events }: ReturnType<typeof run>) {
  const { loss, step } = await train(options);
  const parameters = await Promise.all(model.parameters().map((parameter) => parameter.tolist()));
  return { loss, step, parameters, events: events.filter(({ type }) => type === 'step') };
}

describe.skipIf(!gpu)('on a GPU', () => {
  test('a run whose device is destroyed in the middle ends bit for bit as one that was not', async () => {
    const { devices, open } = opener();
    useBackend(await open());
    const expected = await outcome(run());
    currentBackend().dispose();
    for (const at of [2, 9]) {
      useBackend(await open());
      const set = run();
      const { onEvent } = set.options;
      set.options.onEvent = (event) => {
        if (event.type === 'step' && event.step === at) devices.at(-1)?.destroy();
        return onEvent?.(event);
      };
      const opened = devices.length;
      expect(await outcome(set)).toEqual(expected);
      expect(devices.length).toBe(opened + 1);
      expect(set.events.filter(({ type }) => type === 'notice')).toHaveLength(1);
      currentBackend().dispose();
    }
  });

  test('a step with a scaler is skipped where its gradients overflow, to the bit, and else is the oracle’s', async () => {
    const scaled = async () => {
      const weights = [new Parameter(tensor([3, -2, 0.5])), new Parameter(tensor([[1.5, -0.25]]))];
      const optimizer = new AdamW(weights, { lr: 0.1 });
      const scaler = new GradScaler({ growthInterval: 3 });
      const step = compile((x: Tensor) => {
        optimizer.zeroGrad();
        const loss = weights.map((weight) => weight.mul(x).sub(1).square().sum()).reduce((a, b) => a.add(b));
        scaler.scale(loss).backward();
        scaler.unscale_(optimizer);
        clipGradNorm(weights, 1);
        scaler.step(optimizer);
        scaler.update();
      });
      const history: number[][] = [];
      for (const x of [1, 2, Infinity, 1, 2, NaN, 3e30, 1, 2, 1, 2]) {
        step(tensor([x]));
        const { step: count, exp_avg, exp_avg_sq } = optimizer.stateDict().state[1] as Record<string, Tensor>;
        const read = await Promise.all([...weights, count!, exp_avg!, exp_avg_sq!].map((each) => each.data()));
        history.push([...read.flatMap((values) => [...values]), await scaler.getScale()]);
      }
      currentBackend().dispose();
      return history;
    };
    useBackend(cpu());
    const expected = await scaled();
    useBackend(await opener().open());
    const got = await scaled();
    for (const skipped of [2, 5, 6]) expect(got[skipped]!.slice(0, -1)).toEqual(got[skipped - 1]!.slice(0, -1));
    for (const [i, row] of got.entries()) {
      for (const [j, x] of row.entries()) expect(x).toBeCloseTo(expected[i]![j]!, 5);
    }
    expect(got.at(-1)!.at(-1)).toBe(expected.at(-1)!.at(-1));
  });

  test('a run in float16 is near the oracle’s, and ends bit for bit as one whose device stayed', async ({ skip }) => {
    const precision = 'float16';
    useBackend(cpu());
    const expected = await outcome(run({ precision }));
    const { devices, open } = opener();
    useBackend(await open());
    if (!currentBackend().limits.dtypes.includes('float16')) {
      currentBackend().dispose();
      return skip('this adapter has no float16');
    }
    const got = await outcome(run({ precision }));
    const told = ({ events }: typeof got) =>
      events.map((event) => event.type === 'step' && [event.scale, event.skipped]);
    expect(told(got)).toEqual(told(expected));
    // A product's sum may be rounded to the next number of 11 bits on either side.
    expect(got.loss).toBeCloseTo(expected.loss!, 2);
    const set = run({ precision });
    const { onEvent } = set.options;
    set.options.onEvent = (event) => {
      if (event.type === 'step' && event.step === 7) devices.at(-1)?.destroy();
      return onEvent?.(event);
    };
    expect(await outcome(set)).toEqual(got);
    expect(set.events.filter(({ type }) => type === 'notice')).toHaveLength(1);
    currentBackend().dispose();
  });

  test('memory that runs out ends training with what was asked for, the step and the snapshot', async () => {
    const { devices, open } = opener();
    const backend: WebgpuBackend = await open();
    useBackend(backend);
    const set = run();
    set.options.onEvent = (event) => {
      if (event.type !== 'step' || event.step !== 6) return;
      const device = devices[0] as GPUDevice;
      // A device whose memory is full cannot be had for a test.
      device.popErrorScope = async () => ({ message: 'not enough memory left' }) as GPUError;
      backend.allocate(4 * 2 ** 20);
    };
    const error = await train(set.options).catch((reason) => reason);
    expect(error).toBeInstanceOf(TrainingStoppedError);
    expect(error.message).toMatch(
      /after step 6: the GPU has no memory left: \d+ bytes asked for[\s\S]*live in[\s\S]*8 samples now[\s\S]*from step 5/,
    );
    expect(error.snapshot.record.step).toBe(5);
    backend.dispose();
    useBackend(await open());
    const again = run({ resume: error.snapshot });
    expect((await train(again.options)).step).toBe(12);
    currentBackend().dispose();
  });

  test('a step that needs more memory than the device has in one buffer takes several, and computes the same', async () => {
    const wide = async (open: () => Promise<WebgpuBackend>) => {
      const backend = await open();
      useBackend(backend);
      manualSeed(5);
      const model = new Sequential(
        new Linear(4, 250),
        new Tanh(),
        new Linear(250, 250),
        new Tanh(),
        new Linear(250, 1),
      );
      const [x, y] = [4, 1].map((size) => ({
        data: Float32Array.from({ length: 512 * size }, (_, i) => Math.sin(i)),
        shape: [512, size],
      }));
      const losses: number[] = [];
      await train({
        model,
        optimizer: new SGD(model.parameters(), { lr: 0.01 }),
        data: new DataLoader(new ArrayDataset({ x: x!, y: y! }), { batchSize: 512 }),
        loss: (batch) => mseLoss(model.call(batch.x), batch.y),
        steps: 3,
        onEvent: (event) => void (event.type === 'step' && losses.push(event.loss)),
      });
      backend.dispose();
      return losses;
    };
    const bytes = 2 ** 20;
    const { open } = opener((device) => {
      // Half of it is what one layer gives.
      const { maxUniformBufferBindingSize } = device.limits;
      const value = {
        maxUniformBufferBindingSize,
        maxBufferSize: bytes,
        maxStorageBufferBindingSize: bytes,
        maxStorageBuffersPerShaderStage: 8,
      };
      Object.defineProperty(device, 'limits', { value });
    });
    expect(await wide(open)).toEqual(await wide(opener().open));
  });
});
