import { cpu } from '@evenkeel/backend-cpu';
import { wasm } from '@evenkeel/backend-wasm';
import { ConfigError } from '@evenkeel/errors';
import type { Optimizer } from '@evenkeel/optimizers';
import { Parameter, type Tensor, tensor, useBackend, zerosLike } from '@evenkeel/tensor';
import { beforeAll, describe, expect, test } from 'vitest';
import { everyOptimizer } from './every-optimizer.ts';

const start = [
  [0.5, -1.25, 2],
  [-0.75, 1.5, 0.25],
];
const parameter = (): Parameter => new Parameter(tensor(start));

/** One step on Σ (p - 1)² + 0.1 Σ p⁴, which no optimizer here has solved after a few steps. */
function step(optimizer: Optimizer, parameters: readonly Tensor[]): void {
  optimizer.zeroGrad();
  for (const each of parameters) each.sub(1).square().sum().add(each.square().square().sum().mul(0.1)).backward();
  optimizer.step();
}

const values = async (tensors: readonly Tensor[]): Promise<number[][]> =>
  Promise.all(tensors.map(async (each) => [...(await each.data())]));

/** A state dict as it comes back from a file: no tensor of it is the optimizer's own. */
async function copied(optimizer: Optimizer): Promise<ReturnType<Optimizer['stateDict']>> {
  const { state, param_groups } = optimizer.stateDict();
  const copy: ReturnType<Optimizer['stateDict']> = {
    state: {},
    param_groups: JSON.parse(JSON.stringify(param_groups)),
  };
  for (const [index, entries] of Object.entries(state)) {
    const own: (typeof state)[number] = {};
    for (const [key, value] of Object.entries(entries)) {
      own[key] =
        typeof value === 'number'
          ? value
          : tensor(await value.data(), { shape: value.shape, dtype: value.dtype }).keep();
    }
    copy.state[Number(index)] = own;
  }
  return copy;
}

const backends = [
  ['cpu', cpu],
  ['wasm', wasm],
] as const;

describe.each(
  backends.flatMap(([where, backend]) =>
    everyOptimizer.map((entry) => [`${entry.name} on ${where}`, backend, entry] as const),
  ),
)('%s', (_name, backend, { make, ignoresLaterRates, isOneRateBehind }) => {
  beforeAll(() => useBackend(backend()));

  test('goes downhill', async () => {
    const p = parameter();
    const optimizer = make([p]);
    const loss = async (): Promise<number> =>
      (await values([p]))[0]!.reduce((sum, x) => sum + (x - 1) ** 2 + 0.1 * x ** 4, 0);
    const before = await loss();
    for (let i = 0; i < 10; i++) step(optimizer, [p]);
    expect(await loss()).toBeLessThan(before);
  });

  test('resumes from its state dict as if it had not stopped, bit for bit', async () => {
    const whole = [parameter(), parameter()];
    const optimizer = make([{ params: [whole[0]!] }, { params: [whole[1]!] }]);
    for (let i = 0; i < 4; i++) step(optimizer, whole);
    const saved = await copied(optimizer);
    const resumed = (await values(whole)).map((flat) => new Parameter(tensor(flat, { shape: [2, 3] })));
    for (let i = 0; i < 4; i++) step(optimizer, whole);

    const other = make([{ params: [resumed[0]!] }, { params: [resumed[1]!] }], { lr: 0.123 });
    other.loadStateDict(saved);
    for (let i = 0; i < 4; i++) step(other, resumed);
    expect(await values(resumed)).toEqual(await values(whole));
  });

  test('leaves a parameter without a gradient alone, and remembers nothing of it', async () => {
    const [used, unused] = [parameter(), parameter()];
    const optimizer = make([unused, used]);
    step(optimizer, [used]);
    expect(await values([unused])).toEqual([start.flat()]);
    expect(await values([used])).not.toEqual([start.flat()]);
    expect(optimizer.stateDict().state[0]).toBeUndefined();
  });

  test('uses a changed learning rate in the next step', async () => {
    const p = parameter();
    const optimizer = make([p]);
    step(optimizer, [p]);
    optimizer.paramGroups[0]!.lr = 0;
    if (isOneRateBehind) step(optimizer, [p]);
    const before = await values([p]);
    step(optimizer, [p]);
    if (ignoresLaterRates) expect(await values([p])).not.toEqual(before);
    else expect(await values([p])).toEqual(before);
  });

  test('does not move at a gradient of zero, without decay', async () => {
    const p = parameter();
    const optimizer = make([p]);
    for (let i = 0; i < 2; i++) {
      p.grad = zerosLike(p);
      optimizer.step();
    }
    expect(await values([p])).toEqual([start.flat()]);
  });

  test('refuses a negative learning rate and a misspelled option', () => {
    expect(() => make([parameter()], { lr: -1 })).toThrow(ConfigError);
    expect(() => make([parameter()], { lr: -1 })).toThrow(/lr = -1.*\n.*>= 0/);
    expect(() => make([parameter()], { lrr: 1 })).toThrow(/did you mean lr\?/);
  });
});
