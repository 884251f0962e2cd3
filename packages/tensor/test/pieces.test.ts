import { cpu } from '@evenkeel/backend-cpu';
import { DeviceError } from '@evenkeel/errors';
import { type Backend, compile, memory, noGrad, Parameter, type Tensor, tensor, useBackend } from '@evenkeel/tensor';
import { expect, test } from 'vitest';

/** The oracle, where a buffer has at most so many bytes. */
function withBuffersOf(bufferBytes: number): Backend {
  const inner = cpu();
  return {
    ...inner,
    limits: { ...inner.limits, bufferBytes },
    allocate(bytes) {
      if (bytes > bufferBytes) throw new DeviceError(`no buffer has ${bytes} bytes`);
      return inner.allocate(bytes);
    },
  };
}

/** Chains of products, so that many matrices of different sizes lie between kernels at once. */
const chains = (x: Tensor) => {
  const parts = [3, 5, 8, 13].map((size) => {
    const wide = x.slice(1, 0, size).matmul(x.slice(1, 0, size).transpose(0, 1));
    return wide.softmax(1).matmul(x.slice(1, 0, size));
  });
  return parts.map((part) => part.matmul(part.transpose(0, 1)).sum(1)).reduce((sum, part) => sum.add(part));
};

const input = () =>
  tensor(Array.from({ length: 12 }, (_, i) => Array.from({ length: 13 }, (_, j) => Math.sin(i * j + i))));

test('a program whose memory is larger than a buffer gets several, and computes the same', async () => {
  useBackend(cpu());
  const whole = compile(chains);
  const expected = await whole(input()).tolist();
  const { arenaBytes } = whole.plans()[0]!;
  // One matrix has 12 × 13 × 4 bytes.
  for (const bufferBytes of [704, 1088, 2048]) {
    expect(arenaBytes).toBeGreaterThan(bufferBytes);
    useBackend(withBuffersOf(bufferBytes));
    const cut = compile(chains);
    const x = input();
    for (let call = 0; call < 3; call++) expect(await cut(x).tolist()).toEqual(expected);
    const [plan] = cut.plans();
    for (const place of plan!.places) {
      if (place.kind !== 'arena') continue;
      const last = place.offset + place.length - 1;
      expect(Math.floor(place.offset / bufferBytes)).toBe(Math.floor(last / bufferBytes));
    }
    expect(plan!.arenaBytes).toBeLessThan(arenaBytes + 4 * bufferBytes);
  }
});

test('weights are updated together as far as they fit in a buffer', async () => {
  const train = async (backend: Backend) => {
    useBackend(backend);
    const weights = [5, 9, 14, 20, 27].map(
      (size) => new Parameter(tensor(Float32Array.from({ length: size }, Math.sqrt))),
    );
    const descend = compile(() =>
      noGrad(() => {
        for (const weight of weights) weight.assign(weight.mul(0.9).add(1));
      }),
    );
    for (let call = 0; call < 4; call++) descend();
    const kernels = descend.plans().map(({ program }) => program.steps.length);
    return { kernels, values: await Promise.all(weights.map((weight) => weight.tolist())) };
  };
  const whole = await train(cpu());
  const cut = await train(withBuffersOf(120));
  expect(cut.values).toEqual(whole.values);
  // 4 × (5 + 9 + 14) bytes fit, then 20 and 27 alone.
  expect([whole.kernels, cut.kernels]).toEqual([[1], [3]]);
});

test('memory that is found for a part of a program only is given back', () => {
  const backend = withBuffersOf(704);
  useBackend(backend);
  const x = input().keep();
  const before = memory().bytes;
  const { allocate } = backend;
  let isTight = false;
  let granted = 0;
  backend.allocate = (bytes) => {
    if (isTight && bytes === 704 && ++granted === 2) throw new DeviceError('there is no memory left');
    return allocate(bytes);
  };
  isTight = true;
  expect(() => compile(chains)(x)).toThrow('no memory left');
  expect(granted).toBe(2);
  // The result's own 12 numbers go with the collector.
  expect(memory().bytes).toBe(before + 48);
});
