import type { Backend } from '@evenkeel/backend';
import { cpu } from '@evenkeel/backend-cpu';
import { IndexError } from '@evenkeel/errors';
import { compile, Parameter, rand, type Tensor, tensor, useBackend } from '@evenkeel/tensor';
import { beforeEach, describe, expect, it } from 'vitest';

/** The oracle, preparing each program some time later, as a GPU does. */
function slow(): Backend & { runs: number } {
  const backend = cpu();
  return {
    runs: 0,
    ...backend,
    name: 'slow',
    limits: backend.limits,
    allocate: (bytes) => backend.allocate(bytes),
    release: (buffer) => backend.release(buffer),
    write: (buffer, data, offset) => backend.write(buffer, data, offset),
    run(prepared, bindings) {
      this.runs++;
      backend.run(prepared, bindings);
    },
    read: (buffer, range) => backend.read(buffer, range),
    dispose: () => backend.dispose(),
    async prepare(program) {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 4));
      return backend.prepare(program);
    },
  };
}

beforeEach(() => useBackend(slow()));

describe('a backend that prepares asynchronously', () => {
  it('computes the same, in order, without anyone waiting', async () => {
    const x = tensor(
      [
        [1, 2],
        [3, 4],
      ],
      { requiresGrad: true },
    );
    const loss = x.matmul(x).tanh().add(x).square().mean();
    loss.backward();
    const slowly = [await loss.item(), await x.grad?.tolist()];
    useBackend(cpu());
    const y = tensor(
      [
        [1, 2],
        [3, 4],
      ],
      { requiresGrad: true },
    );
    const same = y.matmul(y).tanh().add(y).square().mean();
    same.backward();
    expect(slowly).toEqual([await same.item(), await y.grad?.tolist()]);
  });

  it('reads what was there when the read was asked for, though memory is released and reused after', async () => {
    const x = tensor([1, 2, 3]).mul(2);
    const reading = x.tolist();
    x.release();
    const y = tensor([7, 7, 7]).mul(3);
    expect(await reading).toEqual([2, 4, 6]);
    expect(await y.tolist()).toEqual([21, 21, 21]);
  });

  it('reports an index outside at the next read', async () => {
    const picked = rand([3]).indexSelect(0, tensor([5], { dtype: 'int32' }));
    await expect(picked.data()).rejects.toThrow(IndexError);
    expect(await tensor([1]).add(1).tolist()).toEqual([2]);
  });

  it('runs at once what was prepared before', async () => {
    const backend = slow();
    useBackend(backend);
    const replayed = compile((x: Tensor) => x.exp().add(1));
    for (const twice of [(x: Tensor) => x.mul(2), replayed]) {
      const x = tensor([1, 2]);
      for (let call = 0; call < 3; call++) await twice(x).data();
      const { runs } = backend;
      twice(x);
      expect(backend.runs).toBe(runs + 1);
    }
  });

  it('keeps a parameter’s updates in order', async () => {
    const w = new Parameter(tensor([0]));
    for (let i = 0; i < 10; i++) w.assign(w.detach().mul(2).add(1));
    expect(await w.tolist()).toEqual([2 ** 10 - 1]);
  });
});
