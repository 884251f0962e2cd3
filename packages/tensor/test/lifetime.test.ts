import { cpu } from '@evenkeel/backend-cpu';
import {
  closeIteration,
  closeStep,
  keep,
  memory,
  noGrad,
  Parameter,
  rand,
  randn,
  scope,
  type Tensor,
  tensor,
  useBackend,
} from '@evenkeel/tensor';
import { beforeEach, describe, expect, it } from 'vitest';

// The rule under test is written in src/engine/lifetime.ts and docs/memory.md.

beforeEach(() => {
  useBackend(cpu());
  // Setup ends with the first step of the process; every test begins after it.
  closeStep();
  closeStep();
});

const made = () => tensor([1, 2, 3]);

describe('a step', () => {
  it('leaves what it made readable until the next step closes', async () => {
    const x = made();
    closeStep();
    expect(await x.tolist()).toEqual([1, 2, 3]);
  });

  it('releases what was neither made nor used in it', async () => {
    const x = made();
    closeStep();
    closeStep();
    await expect(x.data()).rejects.toThrow(/was released[\s\S]*keep\(\)/);
    expect(() => x.add(1)).toThrow(/keep\(\)/);
  });

  it('keeps what every step uses', async () => {
    const x = made();
    for (let i = 0; i < 5; i++) {
      x.add(1);
      closeStep();
    }
    expect(await x.tolist()).toEqual([1, 2, 3]);
  });

  it('does not release parameters, their gradients, or what is kept', async () => {
    const w = new Parameter(made());
    w.square().sum().backward();
    const { first, list } = keep({ first: made(), list: [made()] });
    for (let i = 0; i < 3; i++) closeStep();
    expect(await w.tolist()).toEqual([1, 2, 3]);
    expect(await (w.grad as Tensor).tolist()).toEqual([2, 4, 6]);
    expect(await first.tolist()).toEqual(await list[0]?.tolist());
  });

  it('takes over a gradient that was put away', async () => {
    const w = new Parameter(made());
    w.square().sum().backward();
    const old = w.grad as Tensor;
    w.grad = undefined;
    closeStep();
    closeStep();
    await expect(old.data()).rejects.toThrow(/released/);
  });

  it('is closed by a loader only where no optimizer closed one', async () => {
    const x = made();
    closeStep();
    closeIteration();
    expect(await x.tolist()).toEqual([1, 2, 3]);
    // Reading was a use; the two iterations after it are not.
    closeIteration();
    closeIteration();
    await expect(x.data()).rejects.toThrow(/released/);
  });
});

describe('setup', () => {
  it('stays: what was made before the first step, outside recorded computations', async () => {
    // A fresh process, because there is one first step in each.
    const program = `
      import { cpu } from '@evenkeel/backend-cpu';
      import { closeStep, Parameter, tensor, useBackend } from '@evenkeel/tensor';
      useBackend(cpu());
      const x = tensor([1, 2]);
      const hidden = new Parameter(tensor([3, 4])).mul(x);
      for (let i = 0; i < 4; i++) closeStep();
      console.log(await x.tolist());
      await hidden.tolist().catch((error) => console.log(error.name));
    `;
    const { execFileSync } = await import('node:child_process');
    const output = execFileSync(
      process.execPath,
      ['--conditions=@evenkeel/source', '--input-type=module', '-e', program],
      { cwd: import.meta.dirname, encoding: 'utf8' },
    );
    expect(output).toBe('[ 1, 2 ]\nDeviceError\n');
  });
});

describe('a loop that never lets the event loop turn', () => {
  it('leaves nothing behind on the host either: the collector has no list of what was released', async () => {
    const program = `
      import { cpu } from '@evenkeel/backend-cpu';
      import { closeStep, Parameter, tensor, useBackend } from '@evenkeel/tensor';
      useBackend(cpu());
      const w = new Parameter(tensor([1, 2]));
      const heapAfter = (steps) => {
        for (let i = 0; i < steps; i++) {
          w.square().sum().backward();
          w.grad = undefined;
          closeStep();
        }
        gc();
        return process.memoryUsage().heapUsed;
      };
      const before = heapAfter(2_000);
      console.log(heapAfter(10_000) - before);
    `;
    const { execFileSync } = await import('node:child_process');
    const output = execFileSync(
      process.execPath,
      ['--expose-gc', '--conditions=@evenkeel/source', '--input-type=module', '-e', program],
      { cwd: import.meta.dirname, encoding: 'utf8' },
    );
    // With a record left for each tensor it was 9 MB.
    expect(Number(output)).toBeLessThan(1_000_000);
  });
});

describe('noGrad', () => {
  it('releases at its end all it made but what it returns', async () => {
    const before = memory().tensors;
    const { sum, parts } = noGrad(() => {
      const x = made().mul(2);
      return { sum: x.sum(), parts: [x.add(1)] };
    });
    expect(memory().tensors).toBe(before + 2);
    expect(await sum.item()).toBe(12);
    expect(await parts[0]?.tolist()).toEqual([3, 5, 7]);
  });

  it('waits for an async function', async () => {
    const before = memory().tensors;
    const total = await noGrad(async () => {
      const x = made().mul(2);
      const value = await x.sum().item();
      return x.add(value);
    });
    expect(memory().tensors).toBe(before + 1);
    expect(await total.tolist()).toEqual([14, 16, 18]);
  });

  it('gives back its memory when the function throws', () => {
    const before = memory().tensors;
    expect(() =>
      noGrad(() => {
        made().mul(2);
        throw new Error('no');
      }),
    ).toThrow('no');
    expect(memory().tensors).toBe(before);
  });
});

describe('scope', () => {
  it('keeps alive what a recorded computation will read, until backward has read it', async () => {
    const w = new Parameter(made());
    const before = memory().tensors;
    const loss = scope(() => w.exp().mul(w.sin()).sum());
    expect(memory().tensors).toBeGreaterThan(before + 1);
    loss.backward();
    // The loss and the gradient are left.
    expect(memory().tensors).toBe(before + 2);
    expect(await (w.grad as Tensor).data()).toHaveLength(3);
  });
});

describe('backward', () => {
  it('lets go of the computation, so that a second one is refused', () => {
    const w = new Parameter(made());
    const loss = w.square().sum();
    loss.backward();
    expect(() => loss.backward()).toThrow(/retainGraph/);
  });

  it('gives back every cotangent on the way', () => {
    const w = new Parameter(rand([8, 8]));
    const x = randn([4, 8]).keep();
    const loss = scope(() => x.matmul(w).tanh().matmul(w).add(x).softmax(1).log().mean());
    const before = memory().tensors;
    loss.backward();
    // What was saved is gone too: never more than the gradient on top of what was there.
    expect(memory().tensors).toBeLessThanOrEqual(before + 1);
  });
});
