import { isFloat } from '@evenkeel/backend';
import { gradients } from '../autograd/gradients.ts';
import { isGradEnabled, switchMode } from '../autograd/mode.ts';
import { GradientNode } from '../autograd/node.ts';
import { Tensor } from '../tensor.ts';
import type { RecurrenceInputs, RecurrenceStep, recurrence } from './recurrence.ts';

export interface Outcome {
  readonly outputs: readonly Tensor[];
  readonly last: readonly Tensor[];
  /** What each turn started from. */
  readonly states: readonly Tensor[];
}

/** Goes back through the turns: each computes its step again and what flows through it; gradients of what is shared add up. */
export class RecurrenceNode extends GradientNode {
  readonly #run: typeof recurrence;
  readonly #step: RecurrenceStep;
  readonly #given: Required<RecurrenceInputs>;
  readonly #outcome: Outcome;

  constructor(run: typeof recurrence, step: RecurrenceStep, given: Required<RecurrenceInputs>, outcome: Outcome) {
    const inputs = [...given.carry, ...given.sequences, ...given.shared];
    const outputs = [...outcome.outputs, ...outcome.last, ...outcome.states].filter(({ dtype }) => isFloat(dtype));
    super('recurrence', inputs, outputs, [...given.sequences, ...given.shared, ...outcome.states]);
    this.#run = run;
    this.#step = step;
    this.#given = given;
    this.#outcome = outcome;
  }

  pull(cotangents: readonly (Tensor | undefined)[]): readonly (Tensor | undefined)[] {
    const { carry, sequences, shared, reverse } = this.#given;
    const { outputs, last, states } = this.#outcome;
    const of = (tensor: Tensor) => cotangents[this.outputs.indexOf(tensor)];
    const isFollowed = (tensor: Tensor) => isFloat(tensor.dtype);
    // Only what a gradient is asked for: masks and counters flow through, but nothing flows back.
    const followedCarry = carry.map(isFollowed);
    const followedInputs = sequences.map((tensor) => isFollowed(tensor) && tensor.requiresGrad);
    const followedShared = shared.map((tensor) => isFollowed(tensor) && tensor.requiresGrad);
    const pick = <V>(list: readonly V[], flags: readonly boolean[]) => list.filter((_, i) => flags[i]);
    const zerosLike = (tensor: Tensor) => new Tensor(tensor.shape, tensor.dtype, 0);

    const arriving = outputs.map(of);
    const passing = states.map((state, i) => (followedCarry[i] ? of(state) : undefined));
    const givenCotangents = [...arriving, ...passing].flatMap((cotangent) => cotangent ?? []);
    const counts = [states.length, sequences.length] as const;

    const back = this.#run(
      (flowing, inputs, weights) => {
        const before = inputs.slice(0, counts[0]).map(leafOf);
        const own = inputs.slice(counts[0], counts[0] + counts[1]).map(leafOf);
        const parameters = weights.map(leafOf);
        const rest = inputs.slice(counts[0] + counts[1]);
        const takeNext = (cotangent: Tensor | undefined) => (cotangent ? rest.shift() : undefined);
        const toOutputs = arriving.map(takeNext);
        const toStates = passing.map(takeNext);
        const restore = switchMode('grad', true);
        let after: ReturnType<RecurrenceStep>;
        try {
          after = this.#step(before, own, parameters);
        } finally {
          restore();
        }
        const carried = pick(after.carry, followedCarry);
        const ends = carried.map((tensor, i): [Tensor, Tensor] => [tensor, flowing[i] as Tensor]);
        after.outputs.forEach((tensor, i) => {
          const cotangent = toOutputs[i];
          if (cotangent) ends.push([tensor, cotangent]);
        });
        const wanted = [
          ...pick(before, followedCarry),
          ...pick(own, followedInputs),
          ...pick(parameters, followedShared),
        ];
        const found = derivatives(ends, wanted);
        const [backwards, toInputs, toShared] = [
          found.slice(0, carried.length),
          found.slice(carried.length, found.length - followedShared.filter(Boolean).length),
          found.slice(found.length - followedShared.filter(Boolean).length),
        ];
        const direct = pick(toStates, followedCarry);
        const sums = flowing.slice(carried.length);
        return {
          carry: [
            ...backwards.map((part, i) => (direct[i] ? part.add(direct[i] as Tensor) : part)),
            ...toShared.map((part, i) => (sums[i] as Tensor).add(part)),
          ],
          outputs: toInputs,
        };
      },
      {
        carry: [
          ...pick(last, followedCarry).map((tensor) => of(tensor) ?? zerosLike(tensor)),
          ...pick(shared, followedShared).map(zerosLike),
        ],
        sequences: [...states, ...sequences, ...givenCotangents],
        shared,
        reverse: !reverse,
      },
    );
    const flowed = [...back.carry];
    const along = [...back.outputs];
    const next = (list: Tensor[], flags: readonly boolean[]) => flags.map((flag) => (flag ? list.shift() : undefined));
    return [...next(flowed, followedCarry), ...next(along, followedInputs), ...next(flowed, followedShared)];
  }
}

/** The derivatives of `Σ ends · cotangents`, zero where nothing depends on what is asked for. */
function derivatives(ends: readonly [Tensor, Tensor][], wanted: readonly Tensor[]): Tensor[] {
  const followed = ends.filter(([end]) => end.requiresGrad);
  return gradients(
    followed.map(([end]) => end),
    wanted,
    { gradOutputs: followed.map(([, cotangent]) => cotangent), allowUnused: true, createGraph: isGradEnabled() },
  );
}

/** The same value as a leaf, so that derivatives end there. */
function leafOf(tensor: Tensor): Tensor {
  if (!isFloat(tensor.dtype) || tensor.requiresGrad) return tensor;
  const leaf = tensor.detach();
  leaf.requiresGrad = true;
  return leaf;
}
