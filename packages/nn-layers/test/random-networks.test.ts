import { wasm } from '@evenkeel/backend-wasm';
import { crossEntropy, ModuleList } from '@evenkeel/nn-layers';
import { compile, manualSeed, noGrad, rand, randn, scope, type Tensor, useBackend } from '@evenkeel/tensor';
import { describe, expect, test } from 'vitest';
import { type Dice, dice, imageNetwork, type RandomNetwork, sequenceNetwork } from './support/random-networks.ts';

const calls = 3;

/** What each call of a step leaves: the loss, gradients, and what parameters and buffers are then. */
interface Outcome {
  readonly calls: { readonly results: readonly Float32Array[]; readonly state: readonly Float32Array[] }[];
  readonly description: string;
}

const numbers = async (tensors: readonly Tensor[]) =>
  Promise.all(tensors.map(async (tensor) => Float32Array.from(await tensor.data())));

/**
 * Trains a network for a few steps.
 *
 * @param from has each step begin with what the one before left in another run, so that training does not magnify roundings
 */
async function trained(
  make: (roll: Dice) => RandomNetwork,
  seed: number,
  isCompiled: boolean,
  from?: Outcome,
): Promise<Outcome> {
  manualSeed(seed);
  const { parts, shape, classes } = make(dice(seed));
  const model = new ModuleList(parts.map(({ module }) => module));
  const parameters = [...model.parameters()];
  const state = [...parameters, ...model.buffers()].filter(({ dtype }) => dtype === 'float32');
  const input = randn(shape).keep();
  const target = rand([shape[0] as number])
    .mul(classes)
    .floor()
    .to('int32')
    .keep();
  const step = (): Tensor[] => {
    model.zeroGrad();
    const loss = crossEntropy(
      parts.reduce((x, part) => part.run(x), input),
      target,
    );
    loss.backward();
    const gradients = parameters.flatMap(({ grad }) => grad ?? []);
    noGrad(() => {
      for (const p of parameters) if (p.grad) p.assign(p.sub(p.grad.mul(0.05)));
    });
    return [loss.detach(), ...gradients];
  };
  const run = isCompiled ? compile(step) : step;
  const made: Outcome['calls'] = [];
  for (let call = 0; call < calls; call++) {
    const before = from?.calls[call - 1]?.state;
    before?.forEach((content, i) => {
      (state[i] as Tensor).assign(content);
    });
    const results = scope(run);
    made.push({ results: await numbers(results), state: await numbers(state) });
    for (const result of results) result.release();
  }
  for (const tensor of [input, target, ...state]) tensor.release();
  return { calls: made, description: `[${shape}]: ${parts.map(({ name }) => name).join(', ')}` };
}

/** Within 1e-3 of the largest number of a tensor: norms and softmaxes one on another magnify roundings a thousandfold. */
function problemsOf(got: Outcome, expected: Outcome): string[] {
  return expected.calls.flatMap(({ results, state }, call) => {
    const mine = got.calls[call] as (typeof got.calls)[number];
    return [...results, ...state].flatMap((right, i) => {
      const own = [...mine.results, ...mine.state][i] as Float32Array;
      const largest = right.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
      const at = right.findIndex((x, j) => !(Math.abs(x - (own[j] as number)) <= 1e-3 * largest + 2e-5));
      return at < 0 ? [] : [`call ${call}, tensor ${i}, element ${at}: ${own[at]} instead of ${right[at]}`];
    });
  });
}

describe.each([
  ['over images', imageNetwork, 40],
  ['over sequences', sequenceNetwork, 30],
] as const)('random networks %s are the same compiled as they are written', (_, make, count) => {
  test.each(Array.from({ length: count }, (_, seed) => seed))('seed %i', async (seed) => {
    useBackend(wasm({ threads: 1 }));
    const written = await trained(make, seed, false);
    const compiled = await trained(make, seed, true, written);
    expect(problemsOf(compiled, written), written.description).toEqual([]);
    useBackend(wasm({ threads: 3 }));
    expect((await trained(make, seed, true, written)).calls, 'on three threads').toEqual(compiled.calls);
  });
});
