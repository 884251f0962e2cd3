import { cpu } from '@evenkeel/backend-cpu';
import { wasm } from '@evenkeel/backend-wasm';
import {
  closeStep,
  compile,
  currentBackend,
  memory,
  noGrad,
  Parameter,
  snapshotTensors,
  type Tensor,
  tensor,
  useBackend,
  zeros,
} from '@evenkeel/tensor';
import { beforeEach, describe, expect, test } from 'vitest';
import { type Losable, losable } from './losable.ts';

let backend: Losable;
beforeEach(() => {
  backend = losable();
  useBackend(backend);
});

describe('a snapshot of all tensors', () => {
  test('moves what they held to another backend, views and bools too', async () => {
    const matrix = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    const turned = matrix.transpose(0, 1);
    const mask = matrix.gt(3);
    const weight = new Parameter(tensor([0.5, 1.5]));
    const nothing = zeros([0, 3]).contiguous();
    const snapshot = await snapshotTensors();
    weight.assign(weight.mul(2));
    backend.lose();
    await expect(matrix.tolist()).rejects.toThrow('lost');
    snapshot.moveTo(wasm());
    expect(currentBackend().name).toBe('wasm');
    expect(await matrix.tolist()).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(await turned.mul(2).tolist()).toEqual([
      [2, 8],
      [4, 10],
      [6, 12],
    ]);
    expect(await mask.tolist()).toEqual([
      [0, 0, 0],
      [1, 1, 1],
    ]);
    expect(await weight.tolist()).toEqual([0.5, 1.5]);
    expect(nothing.shape).toEqual([0, 3]);
  });

  test('counts what is alive where it lies', async () => {
    const x = tensor([1, 2, 3, 4]);
    const snapshot = await snapshotTensors();
    expect(snapshot.bytes).toBe(16);
    const made = tensor([1, 2]);
    const next = losable();
    const old = memory();
    backend.lose();
    snapshot.moveTo(next);
    expect(memory()).toEqual({ bytes: 16, peakBytes: 16, tensors: 1 });
    useBackend(backend);
    expect(old.tensors).toBe(2);
    expect(memory()).toMatchObject({ bytes: 0, tensors: 0 });
    expect(() => made.add(1)).toThrow('released');
    x.release();
    useBackend(next);
    expect(memory()).toMatchObject({ bytes: 0, tensors: 0 });
  });

  test('finds a tensor again that was laid beside others since', async () => {
    const scales = [tensor([1, 2]), tensor([3, 4])];
    const weights = [new Parameter(tensor([1, 1])), new Parameter(tensor([1, 1]))];
    const descend = compile(() =>
      noGrad(() => {
        weights.forEach((weight, i) => {
          weight.assign(weight.mul(scales[i] as Tensor));
        });
      }),
    );
    const snapshot = await snapshotTensors();
    descend();
    descend();
    const [first, second] = scales as [Tensor, Tensor];
    // Otherwise this shows nothing.
    expect(first.memory().storage).toBe(second.memory().storage);
    backend.lose();
    snapshot.moveTo(await backend.reopen!());
    expect(await Promise.all(scales.map((scale) => scale.tolist()))).toEqual([
      [1, 2],
      [3, 4],
    ]);
    for (let call = 0; call < 3; call++) descend();
    expect(await Promise.all(weights.map((weight) => weight.tolist()))).toEqual([
      [1, 8],
      [27, 64],
    ]);
  });

  test('can be gone back to again, also when the next device is lost while they move there', async () => {
    const [x, y] = [tensor([1, 2]), tensor([3, 4])];
    const snapshot = await snapshotTensors();
    backend.lose();
    const broken = losable();
    const { allocate } = broken;
    let asked = 0;
    broken.allocate = (bytes) => {
      if (++asked === 2) broken.lose();
      return allocate(bytes);
    };
    expect(() => snapshot.moveTo(broken)).toThrow('lost');
    const third = losable();
    snapshot.moveTo(third);
    const made = x.add(y);
    third.lose();
    snapshot.moveTo(losable());
    expect(await x.add(y).tolist()).toEqual([4, 6]);
    expect(() => made.add(1)).toThrow('released');
    expect(memory()).toMatchObject({ bytes: 24, tensors: 3 });
    for (const gone of [backend, broken, third]) {
      useBackend(gone);
      expect(memory()).toMatchObject({ bytes: 0, tensors: 0 });
    }
  });

  test('leaves out what is assigned to after the move', async () => {
    const [content, other] = [tensor([1, 2]), tensor([3, 4])];
    const weight = new Parameter(content);
    content.release();
    const snapshot = await snapshotTensors([weight]);
    expect(snapshot.bytes).toBe(8);
    backend.lose();
    snapshot.moveTo(losable());
    weight.assign([5, 6]);
    expect(await weight.add(other).tolist()).toEqual([8, 10]);
  });

  test('keeps no tensor alive, and knows none that was released', async () => {
    for (let step = 0; step < 5; step++) {
      tensor([1, 2]).mul(2);
      closeStep();
      closeStep();
    }
    const { bytes } = await snapshotTensors();
    // What the first step made before it closed is setup.
    expect(bytes).toBe(memory().bytes);
  });

  test('is refused where nothing can be lost', async () => {
    useBackend(cpu());
    await expect(snapshotTensors()).rejects.toThrow(/cpu cannot be lost[\s\S]*reopen/);
  });
});
