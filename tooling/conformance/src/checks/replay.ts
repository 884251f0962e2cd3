import type { Backend } from '@evenkeel/backend';
import { checkpoint, compile, noGrad, scope, type Tensor, useBackend } from '@evenkeel/tensor';
import { type Check, expectThat } from './check.ts';
import { farFrom, type Numbers } from './differentiation.ts';
import { buildGraph, Supply } from './random-graph.ts';

const graphs = 260;
/** Two are recorded, and the rest is the program alone. */
const calls = 4;

/** Without checkpoints; with them, as it is written; and compiled. */
type Mode = 'plain' | 'eager' | 'fused' | 'unfused';

/**
 * Random computations with checkpoints in them: they give what they give without, call after call, as they are written and compiled, with
 * and without fusion.
 */
export function replayChecks(seed: number, count = graphs): Check[] {
  return Array.from({ length: count }, (_, i) => {
    const own = seed * 100_000 + 50_000 + i;
    return {
      group: 'replay',
      name: `graph ${i} of seed ${seed} (${own})`,
      seed: own,
      async run({ subject }) {
        const plain = await outcomes(subject, own, 'plain');
        const { description } = plain;
        for (const mode of ['eager', 'unfused', 'fused'] as const) {
          if (mode === 'eager' && !description.some((line) => line.includes('checkpoint'))) continue;
          const isExact = mode === 'eager' || subject.name === 'cpu';
          // Where rounding may differ each call begins where the eager one did, so that training does not magnify it.
          const got = await outcomes(subject, own, mode, isExact ? undefined : plain);
          const problem = firstDifference(got, plain, isExact);
          expectThat(problem === undefined, () => `${mode}: ${problem}\n  ${description.join('\n  ')}`);
        }
      },
    };
  });
}

interface Outcomes {
  /** What each call leaves behind, by name. */
  readonly calls: readonly ReadonlyMap<string, Numbers>[];
  readonly description: readonly string[];
}

/**
 * A few calls of a computation that trains its leaves and moves its states.
 *
 * @param from has each call begin with the leaves and states that the call before left in another run
 */
async function outcomes(backend: Backend, seed: number, mode: Mode, from?: Outcomes): Promise<Outcomes> {
  useBackend(backend);
  const supply = new Supply(seed);
  let description: readonly string[] = [];
  let kept: readonly Tensor[] = [];
  const step = (): Map<string, Tensor> => {
    const {
      leaves,
      states,
      values,
      loss,
      description: told,
    } = buildGraph(seed, 'float32', supply, mode === 'plain' ? (fn) => fn : checkpoint);
    for (const leaf of leaves) leaf.grad = undefined;
    loss.backward();
    const results = new Map<string, Tensor>([['loss', loss.detach()]]);
    values.forEach((value, i) => {
      if (!leaves.includes(value)) results.set(`value ${i}`, value.detach());
    });
    leaves.forEach((leaf, i) => {
      if (leaf.grad) results.set(`gradient of leaf ${i}`, leaf.grad);
    });
    noGrad(() => {
      for (const leaf of leaves) if (leaf.grad) leaf.assign(leaf.sub(leaf.grad.mul(0.1)));
    });
    description = told;
    kept = [...leaves, ...states];
    return results;
  };
  const restore = environment('FUSE', mode === 'unfused' ? '0' : undefined);
  try {
    // Leaves and states are made on first use, which is no part of what is compiled.
    for (const result of scope(step).values()) result.release();
    const run = mode === 'plain' || mode === 'eager' ? step : compile(step);
    const made: Map<string, Numbers>[] = [];
    for (let call = 0; call < calls; call++) {
      if (from && call > 0) restart(kept, from.calls[call - 1] as ReadonlyMap<string, Numbers>);
      const results = scope(run);
      const read = [...results, ...kept.map((tensor, i): [string, Tensor] => [`state ${i}`, tensor])];
      made.push(
        new Map(await Promise.all(read.map(async ([name, t]): Promise<[string, Numbers]> => [name, await t.data()]))),
      );
      for (const result of results.values()) result.release();
    }
    return { calls: made, description };
  } finally {
    restore();
    for (const tensor of kept) tensor.release();
  }
}

function restart(kept: readonly Tensor[], left: ReadonlyMap<string, Numbers>): void {
  for (const [i, tensor] of kept.entries()) tensor.assign(Float32Array.from(left.get(`state ${i}`) as Numbers));
}

/** Where two series of calls differ: in a bit, or by more than 1e-5. */
function firstDifference(got: Outcomes, expected: Outcomes, isExact: boolean): string | undefined {
  for (const [call, right] of expected.calls.entries()) {
    const mine = got.calls[call] as ReadonlyMap<string, Numbers>;
    if (String([...mine.keys()]) !== String([...right.keys()])) return `call ${call} gave ${[...mine.keys()]}`;
    const problems = [...right].flatMap(([name, numbers]) => {
      const problem = differs(mine.get(name) as Numbers, numbers, isExact);
      return problem ? [`${name}: ${problem}`] : [];
    });
    if (problems.length > 0)
      return `in call ${call} ${problems.length} of ${right.size} differ: ${problems.join('; ')}`;
  }
  return undefined;
}

function differs(got: Numbers, expected: Numbers, isExact: boolean): string | undefined {
  if (!isExact) return farFrom(got, expected, 1e-5, 1e-5);
  if (got.length !== expected.length) return `${got.length} elements instead of ${expected.length}`;
  for (let i = 0; i < expected.length; i++) {
    if (!Object.is(got[i], expected[i])) return `element ${i} is ${got[i]} instead of ${expected[i]}`;
  }
  return undefined;
}

/** Sets a variable of the environment, which a page does not have; gives what puts it back. */
function environment(name: string, value: string | undefined): () => void {
  const outside = globalThis as { process?: { env: Record<string, string | undefined> } };
  outside.process ??= { env: {} };
  const { env } = outside.process;
  const before = env[name];
  const set = (to: string | undefined) => {
    if (to === undefined) delete env[name];
    else env[name] = to;
  };
  set(value);
  return () => set(before);
}
