import { cpu } from '@evenkeel/backend-cpu';
import { wasm } from '@evenkeel/backend-wasm';
import { Tensor, useBackend } from '@evenkeel/tensor';
import { beforeAll, describe, expect, test } from 'vitest';
import { readJson } from '../src/fixtures.ts';
import {
  advance,
  makeOptimizer,
  makeParameters,
  type OptimizerRun,
  stepsAfter,
  stepsBefore,
  toOptimizerState,
} from '../src/optimizers.ts';
import { expectClose } from './support/close.ts';

const runs = readJson<Record<string, OptimizerRun>>('optimizers.json');

/** Keys of PyTorch's groups that say how and not what to compute. */
const switches = ['capturable', 'differentiable', 'foreach', 'fused'];
/** What PyTorch has had only since 2.0, and what tells its arithmetic before from that after. */
const newer = ['before_torch2', 'decoupled_weight_decay', 'maximize'];

const without = (keys: readonly string[], left: readonly string[]): string[] =>
  keys.filter((key) => !left.includes(key)).sort();

describe.each([
  ['cpu', cpu],
  ['wasm', wasm],
] as const)('on %s', (_name, backend) => {
  beforeAll(() => useBackend(backend()));

  test.each(Object.entries(runs))('the state dict of %s has PyTorch’s keys, shapes and values', async (name, run) => {
    const parameters = makeParameters();
    const optimizer = makeOptimizer(name, parameters, run.options);
    advance(optimizer, parameters, 0, stepsBefore);
    await expectClose(parameters, run.before, 1e-5);

    const dict = optimizer.stateDict();
    const [group, theirs] = [Object.keys(dict.param_groups[0]!), Object.keys(run.param_groups[0]!)];
    expect(without(group, newer)).toEqual(without(theirs, [...switches, ...newer]));
    for (const key of without(theirs, switches)) expect(group).toContain(key);
    expect(Object.keys(dict.state)).toEqual(Object.keys(run.state));
    for (const [index, values] of Object.entries(run.state)) {
      const own = dict.state[Number(index)]!;
      expect(Object.keys(own).sort()).toEqual(Object.keys(values).sort());
      for (const [key, value] of Object.entries(values)) {
        const got = own[key]!;
        if (got instanceof Tensor) await expectClose([got], [value as never], 1e-5);
        else expect(got).toBeCloseTo(typeof value === 'number' ? value : value.data[0]!, 5);
      }
    }
  });

  test.each(Object.entries(runs))('%s goes on from PyTorch’s state dict as PyTorch does', async (name, run) => {
    const parameters = makeParameters(run.before);
    // Other options than PyTorch's: all must come from the state dict.
    const optimizer = makeOptimizer(name, parameters, { lr: 123 });
    optimizer.loadStateDict(toOptimizerState(run));
    advance(optimizer, parameters, stepsBefore, stepsBefore + stepsAfter);
    await expectClose(parameters, run.after, 1e-5);
  });
});
