import { isFloat } from '@evenkeel/backend';
import { type Body, Graph, type OutcomeValue, type Plan, planProgram, type Spec } from '@evenkeel/compiler';
import { EvenKeelError, ShapeError } from '@evenkeel/errors';
import { gradients } from '../autograd/gradients.ts';
import { isGradEnabled, switchGrad } from '../autograd/mode.ts';
import { GradientNode } from '../autograd/node.ts';
import { copied } from '../engine/copied.ts';
import { currentDevice, type Device, type PreparedOperation } from '../engine/device.ts';
import { bindingOf } from '../engine/execute.ts';
import { bindPlaces, blank } from '../engine/plans.ts';
import { scope } from '../engine/scope.ts';
import { Tensor } from '../tensor.ts';
import { activeRecorder, recordWith } from './active.ts';
import { keyOf } from './graph-key.ts';
import { Recorder } from './recorder.ts';

/** What one turn makes of what the turn before left, one element of each sequence, and what all turns share. */
export type RecurrenceStep = (
  carry: Tensor[],
  inputs: Tensor[],
  shared: Tensor[],
) => { readonly carry: readonly Tensor[]; readonly outputs: readonly Tensor[] };

export interface RecurrenceInputs {
  /** What the first turn starts from. */
  readonly carry: readonly Tensor[];
  /** Turn t sees element t of dimension 0; all are equally long, at least 1. */
  readonly sequences: readonly Tensor[];
  /** What is the same at every turn and may need a gradient: weights. */
  readonly shared?: readonly Tensor[];
  /** From the last element to the first (default false). Outputs stand where their inputs do. */
  readonly reverse?: boolean;
}

/**
 * Runs a step over sequences: `carry, outputs[t] = step(carry, inputs[t], shared)`. The step is written down once and runs as a loop
 * on the device, so that 128 turns cost the host as much as one; its gradient is such a loop backwards, which computes the step
 * again (`torch._higher_order_ops.scan`, `jax.lax.scan`).
 *
 * @param step a pure function of its three lists; it keeps shapes and dtypes of what is carried
 * @returns what is carried after the last turn, and each output with the turns as dimension 0
 * @throws ShapeError if sequences differ in length, or the carry changes its shape
 * @throws EvenKeelError if the step draws random numbers, assigns to a tensor, or uses a tensor that needs a gradient and is not shared
 *
 * @example
 * // A running sum that forgets.
 * const { outputs: [y] } = recurrence(([h], [x]) => { const s = h.mul(0.9).add(x); return { carry: [s], outputs: [s] }; }, { carry: [zeros([3])], sequences: [x] });
 */
export function recurrence(step: RecurrenceStep, given: RecurrenceInputs): { carry: Tensor[]; outputs: Tensor[] } {
  const { carry, sequences, shared = [], reverse = false } = given;
  const inputs = [...carry, ...sequences, ...shared];
  const isRecorded = isGradEnabled() && inputs.some((input) => input.requiresGrad);
  return scope(() => {
    const turns = expectTurns(sequences);
    const body = traceBody(step, given, isRecorded);
    const results = repeat(body, inputs, turns, reverse);
    const [outputs, last, states] = [
      results.slice(0, body.outputs),
      results.slice(body.outputs, body.outputs + carry.length),
      results.slice(body.outputs + carry.length),
    ];
    if (isRecorded) new RecurrenceNode(step, { carry, sequences, shared, reverse }, { outputs, last, states });
    return { carry: last, outputs };
  });
}

/** A step that was written down. Its results: the outputs, what is carried on, and, for a gradient, what each turn started from. */
interface Traced {
  readonly body: Body;
  readonly outputs: number;
  /** What the step uses besides what it is given. */
  readonly captured: readonly Tensor[];
}

function traceBody(step: RecurrenceStep, given: RecurrenceInputs, keepsStates: boolean): Traced {
  const { carry, sequences, shared = [] } = given;
  const around = activeRecorder();
  const recorder = new Recorder(around?.device ?? currentDevice(), [], around ?? 'eager');
  const each = ({ shape, dtype }: Tensor): Spec => ({ shape: shape.slice(1), dtype });
  const restore = switchGrad(false);
  try {
    return recordWith(recorder, () => {
      const before = carry.map((tensor) => recorder.placeholder(tensor));
      const inputs = sequences.map((tensor) => recorder.placeholder(each(tensor)));
      const weights = shared.map((tensor) => recorder.placeholder(tensor));
      const starts = before.map((tensor) => recorder.valueOf(tensor));
      const after = step(before, inputs, weights);
      expectSameCarry(carry, after.carry);
      const { graph } = recorder;
      for (const output of after.outputs) graph.result(recorder.valueOf(output));
      after.carry.forEach((tensor, i) => {
        const start = starts[i];
        if (start?.kind === 'input') graph.result(recorder.valueOf(tensor), start);
      });
      if (keepsStates) for (const start of starts) graph.result(start);
      if (recorder.events.length > 0 || recorder.written.size > 0) throw impure();
      const captured = recorder.sources.flatMap((source) => (source.kind === 'captured' ? source.tensor : []));
      if (keepsStates) expectNoGradient(captured);
      for (const { read, value } of recorder.guards) around?.guard(read, value);
      return {
        body: { graph, carried: carry.length, sequences: sequences.length },
        outputs: after.outputs.length,
        captured,
      };
    });
  } finally {
    restore();
  }
}

function repeat({ body, captured }: Traced, inputs: readonly Tensor[], turns: number, reverse: boolean): Tensor[] {
  const all = [...inputs, ...captured];
  const recorder = activeRecorder();
  if (!recorder) return runNow(body, all, turns, reverse);
  const values = all.map((tensor) => recorder.valueOf(tensor));
  return recorder.graph.repeat(body, values, turns, reverse).map((outcome) => recorder.tensor(outcome));
}

/** Programs of recurrences that ran outside of `compile`, by what they compute. */
const known = new WeakMap<Device, Map<string, { plan: Plan; operation: PreparedOperation; results: Spec[] }>>();
const knownLimit = 256;

function runNow(body: Body, inputs: readonly Tensor[], turns: number, reverse: boolean): Tensor[] {
  const device = currentDevice();
  const own = inputs.map((input) => (input.uniform !== undefined || input.isContiguous ? input : copied(input)));
  const programs = known.get(device) ?? new Map();
  known.set(device, programs);
  const key = `${turns}|${reverse}|${own.map(({ uniform }) => uniform)}|${keyOf(body.graph)}`;
  let program = programs.get(key);
  if (!program) {
    program = planned(device, body, own, turns, reverse);
    programs.set(key, program);
    if (programs.size > knownLimit) programs.delete(programs.keys().next().value);
  }
  const { plan, operation } = program;
  const results: Tensor[] = program.results.map((spec: Spec) => blank(device, spec));
  const arena = plan.arenaBytes > 0 ? device.allocate(plan.arenaBytes) : undefined;
  const memory = own.filter(({ uniform }) => uniform === undefined).map(bindingOf);
  device.run(operation, bindPlaces(plan, { inputs: memory, results: results.map(bindingOf), arena }), []);
  if (arena) device.release(arena, plan.arenaBytes);
  own.forEach((tensor, i) => {
    if (tensor !== inputs[i]) tensor.lifetime?.drop();
  });
  return results;
}

function planned(device: Device, body: Body, inputs: readonly Tensor[], turns: number, reverse: boolean) {
  const graph = new Graph();
  const values = inputs.map(({ shape, dtype, uniform }) =>
    uniform === undefined ? graph.input({ shape, dtype }) : graph.constant(shape, dtype, uniform),
  );
  const outcomes: OutcomeValue[] = graph.repeat(body, values, turns, reverse);
  for (const outcome of outcomes) graph.result(outcome);
  const plan = planProgram(graph, device.backend.limits);
  const { program } = plan;
  const operation: PreparedOperation = {
    shape: [],
    dtype: 'float32',
    program,
    prepared: device.backend.prepare(program),
  };
  return { plan, operation, results: outcomes.map(({ shape, dtype }) => ({ shape, dtype })) };
}

interface Outcome {
  readonly outputs: readonly Tensor[];
  readonly last: readonly Tensor[];
  /** What each turn started from. */
  readonly states: readonly Tensor[];
}

/** Goes back through the turns: each computes its step again and what flows through it; gradients of what is shared add up. */
class RecurrenceNode extends GradientNode {
  readonly #step: RecurrenceStep;
  readonly #given: Required<RecurrenceInputs>;
  readonly #outcome: Outcome;

  constructor(step: RecurrenceStep, given: Required<RecurrenceInputs>, outcome: Outcome) {
    const inputs = [...given.carry, ...given.sequences, ...given.shared];
    const outputs = [...outcome.outputs, ...outcome.last, ...outcome.states].filter(({ dtype }) => isFloat(dtype));
    super('recurrence', inputs, outputs, [...given.sequences, ...given.shared, ...outcome.states]);
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

    const back = recurrence(
      (flowing, inputs, weights) => {
        const before = inputs.slice(0, counts[0]).map(leafOf);
        const own = inputs.slice(counts[0], counts[0] + counts[1]).map(leafOf);
        const parameters = weights.map(leafOf);
        const rest = inputs.slice(counts[0] + counts[1]);
        const takeNext = (cotangent: Tensor | undefined) => (cotangent ? rest.shift() : undefined);
        const toOutputs = arriving.map(takeNext);
        const toStates = passing.map(takeNext);
        const restore = switchGrad(true);
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

function expectTurns(sequences: readonly Tensor[]): number {
  const lengths = new Set(sequences.map(({ shape }) => shape[0]));
  const [turns] = lengths;
  if (lengths.size === 1 && turns !== undefined && turns > 0) return turns;
  throw new ShapeError('a recurrence needs sequences of one length', {
    op: 'recurrence',
    shapes: sequences.map(({ shape }) => shape),
    expected: 'at least one sequence, all with the same dimension 0, which is not 0',
  });
}

function expectSameCarry(before: readonly Tensor[], after: readonly Tensor[]): void {
  const kind = (tensors: readonly Tensor[]) => tensors.map(({ shape, dtype }) => `${dtype}[${shape}]`).join(', ');
  if (kind(before) === kind(after)) return;
  throw new ShapeError('what a recurrence carries must stay of one kind', {
    op: 'recurrence',
    got: `${kind(after)} after ${kind(before)}`,
  });
}

function expectNoGradient(captured: readonly Tensor[]): void {
  const needing = captured.find((tensor) => tensor.requiresGrad);
  if (!needing) return;
  throw new EvenKeelError(`a recurrence uses a tensor of shape [${needing.shape}] that needs a gradient from outside`, {
    op: 'recurrence',
    remedy: 'give it as shared, and use what the step gets as shared',
  });
}

function impure(): EvenKeelError {
  return new EvenKeelError('the step of a recurrence must be a pure function', {
    op: 'recurrence',
    got: 'one that draws random numbers, counts, or assigns to a tensor',
    remedy: 'draw before and give the numbers as a sequence; carry what changes',
  });
}
