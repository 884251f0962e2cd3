import { cpu } from '@evenkeel/backend-cpu';
import { type WebgpuBackend, webgpu } from '@evenkeel/backend-webgpu';
import { nodeGpu, observe } from '@evenkeel/node-gpu';
import {
  argsort,
  compile,
  cumsum,
  indexAdd,
  indexSelect,
  noGrad,
  Parameter,
  recurrence,
  scope,
  type Tensor,
  tensor,
  useBackend,
} from '@evenkeel/tensor';
import { afterEach, expect, test } from 'vitest';
import { absence } from '../src/node-webgpu.ts';

/** Bytes that a shader can be given at once on a device that pretends: tensors of 150 by 250 numbers lie in two such ranges. */
const maxStorageBufferBindingSize = 2 ** 17;
const missing = await absence();

let last: WebgpuBackend | undefined;
afterEach(() => last?.dispose());

async function narrow(): Promise<WebgpuBackend> {
  const pretend = (device: GPUDevice) => {
    const { maxBufferSize, maxUniformBufferBindingSize, maxStorageBuffersPerShaderStage } = device.limits;
    const least = { maxBufferSize, maxUniformBufferBindingSize, maxStorageBuffersPerShaderStage };
    Object.defineProperty(device, 'limits', { value: { ...least, maxStorageBufferBindingSize } });
  };
  last?.dispose();
  last = await webgpu({ gpu: observe((await nodeGpu()) as GPU, pretend) });
  return last;
}

const shape = [150, 250] as const;
const wave = (...extents: number[]) => {
  const size = extents.reduce((product, extent) => product * extent, 1);
  return tensor(Float32Array.from({ length: size }, (_, i) => Math.sin(i * i))).reshape(extents);
};
const places = () => tensor(Int32Array.from({ length: 150 }, (_, i) => (7 * i) % 150));

/** Each kind of kernel, on tensors larger than a range. */
const computations: Record<string, () => Tensor | Tensor[]> = {
  elements: () => wave(...shape).add(wave(...shape).exp()),
  transposed: () =>
    wave(...shape)
      .transpose(0, 1)
      .mul(2),
  'sums of rows': () => wave(...shape).sum(1),
  'sums of columns': () => wave(...shape).sum(0),
  'a sum of all': () =>
    wave(...shape)
      .square()
      .sum(),
  softmax: () => wave(...shape).softmax(1),
  product: () =>
    wave(...shape)
      .matmul(wave(250, 220))
      .add(wave(150, 1)),
  'product of rows and columns': () =>
    wave(...shape)
      .transpose(0, 1)
      .matmul(wave(...shape)),
  'chosen rows': () => indexSelect(wave(...shape), 0, places()),
  'rows added at places': () => indexAdd(wave(...shape), 0, places(), wave(...shape)),
  'running sums': () => cumsum(wave(...shape), 0),
  'places in order': () => argsort(wave(120, 250), { dim: 1 }),
  recurrence: () => {
    const step = ([before]: readonly Tensor[], [now]: readonly Tensor[]) => {
      const next = (before as Tensor).mul(0.5).add(now as Tensor);
      return { carry: [next], outputs: [next] };
    };
    const { outputs } = recurrence(step, { carry: [wave(250)], sequences: [wave(...shape)], shared: [] });
    return outputs as Tensor[];
  },
};

const numbers = async (result: Tensor | Tensor[]) =>
  Promise.all([result].flat().map(async (tensor) => [...((await tensor.data()) as Float32Array | Int32Array)]));

test.skipIf(missing !== undefined).each(Object.keys(computations))(
  'tensors that are larger than what a shader can be given at once: %s',
  async (name) => {
    const compute = computations[name] as () => Tensor | Tensor[];
    useBackend(cpu());
    const expected = await numbers(compute());
    for (const run of [compute, compile(compute)]) {
      useBackend(await narrow());
      const got = await numbers(scope(run));
      got.forEach((values, t) => {
        const wanted = expected[t] as number[];
        const scale = Math.max(1, ...wanted.map(Math.abs));
        const wrong = values.findIndex((value, i) => !(Math.abs(value - (wanted[i] as number)) <= 2e-6 * scale));
        expect([name, wrong, values[wrong], wanted[wrong]]).toEqual([name, -1, undefined, undefined]);
      });
    }
  },
);

test.skipIf(missing !== undefined)(
  'a network whose weights and activations are larger trains as on the oracle',
  async () => {
    const losses = async () => {
      const [first, second] = [new Parameter(wave(250, 150).mul(0.2)), new Parameter(wave(150, 60).mul(0.2))];
      const step = compile((input: Tensor) => {
        const loss = input.matmul(first).tanh().matmul(second).square().mean();
        loss.backward();
        noGrad(() => {
          for (const weight of [first, second]) {
            weight.assign(weight.sub((weight.grad as Tensor).mul(0.5)));
            weight.grad = undefined;
          }
        });
        return loss;
      });
      const input = wave(100, 250).keep();
      const seen: number[] = [];
      for (let i = 0; i < 5; i++) seen.push(await step(input).item());
      return seen;
    };
    useBackend(cpu());
    const expected = await losses();
    expect(expected[4]).toBeLessThan(0.9 * (expected[0] as number));
    useBackend(await narrow());
    const got = await losses();

    got.forEach((loss, i) => {
      expect(Math.abs(loss / (expected[i] as number) - 1)).toBeLessThan(1e-5);
    });
  },
);
