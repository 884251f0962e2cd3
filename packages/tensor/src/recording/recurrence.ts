import { type Body, repeating, type Spec } from '@evenkeel/compiler';
import { EvenKeelError, ShapeError } from '@evenkeel/errors';
import { isGradEnabled, switchMode } from '../autograd/mode.ts';
import { currentDevice } from '../engine/device.ts';
import { scope } from '../engine/scope.ts';
import { noted } from '../engine/tape.ts';
import type { Tensor } from '../tensor.ts';
import { activeRecorder, recordWith } from './active.ts';
import { Recorder } from './recorder.ts';
import { RecurrenceNode } from './recurrence-node.ts';
import { repeatNow } from './repeat-now.ts';

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
    if (isRecorded)
      new RecurrenceNode(recurrence, step, { carry, sequences, shared, reverse }, { outputs, last, states });
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
  const restore = switchMode('grad', false);
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
        body: { graph, carried: carry.length, sequences: sequences.length, repeating },
        outputs: after.outputs.length,
        captured,
      };
    });
  } finally {
    restore();
  }
}

function repeat(
  { body, captured }: Traced,
  inputs: readonly Tensor[],
  turns: number,
  reverse: boolean,
): readonly Tensor[] {
  const all = [...inputs, ...captured];
  const recorder = activeRecorder();
  if (!recorder) return noted(all, (given) => repeatNow(body, given, turns, reverse));
  const values = all.map((tensor) => recorder.valueOf(tensor));
  return recorder.graph.repeat(body, values, turns, reverse).map((outcome) => recorder.tensor(outcome));
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
