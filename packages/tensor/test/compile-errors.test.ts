import { compile, type Tensor, tensor, useBackend, zeros } from '@evenkeel/tensor';
import { beforeEach, describe, expect, test } from 'vitest';
import { backends, batch, contents, line } from './twice.ts';

describe.each(backends)('errors of compiled functions, on %s', (_where, backend) => {
  beforeEach(() => useBackend(backend()));

  test('a constant cannot be assigned to, as eagerly', () => {
    const constant = zeros([3]);
    expect(() => compile(() => constant.assign(constant.add(1)))()).toThrow(/constant tensor cannot be assigned to/);
  });

  test('a position outside is an error, as soon as the result is read', async () => {
    const table = tensor([[1], [2], [3]]);
    const look = compile((x: Tensor) => table.indexSelect(0, x.add(1)).mul(2));
    for (let i = 0; i < 3; i++) expect(await look(tensor([i - 1, 0], { dtype: 'int32' })).data()).toHaveLength(2);
    await expect(async () => look(tensor([2, 0], { dtype: 'int32' })).data()).rejects.toThrow(/index|position/);
  });

  test('reading a value inside is an error, and so is an async function', async () => {
    const reading = compile((x: Tensor) => {
      void x.sum().item();
      return x;
    });
    const unhandled: unknown[] = [];
    const note = (error: unknown) => unhandled.push(error);
    process.on('unhandledRejection', note);
    try {
      reading(batch(0));
    } catch (error) {
      unhandled.push(error);
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
    process.off('unhandledRejection', note);
    expect(String(unhandled[0])).toMatch(/value cannot be read while a function is recorded/);
    const asynchronous = compile(async (x: Tensor) => x.mul(2));
    expect(() => asynchronous(batch(0))).toThrow(/must not be async/);
  });

  test('a tensor that leaked out of a recording is an error that says so', async () => {
    let leaked: Tensor | undefined;
    const f = compile((x: Tensor) => {
      leaked = x.mul(2);
      return x;
    });
    f(batch(0));
    await expect(async () => leaked?.data()).rejects.toThrow(/part of a compiled function/);
    expect(() => leaked?.add(1)).toThrow(/part of a compiled function/);
  });

  test('an error inside leaves nothing behind: the next call works', async () => {
    const { w, loss, descend, zeroGrad } = line();
    let fails = true;
    const step = compile((x: Tensor) => {
      zeroGrad();
      loss(x).backward();
      if (fails) throw new Error('not now');
      descend();
    });
    const before = await contents({ w });
    expect(() => step(batch(0))).toThrow('not now');
    expect(await contents({ w })).toEqual(before);
    fails = false;
    for (let i = 0; i < 4; i++) step(batch(i));
    expect(await contents({ w })).not.toEqual(before);
  });
});
