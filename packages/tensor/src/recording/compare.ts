import type { Value } from '@evenkeel/compiler';
import { ConfigError } from '@evenkeel/errors';
import { resultsKeyOf, valuesKeyOf } from './graph-key.ts';
import type { Outline } from './outline.ts';
import type { Source } from './recorder.ts';

type Gradient = Outline<unknown>['gradients'][number];

/**
 * Whether two recordings of a function are the same computation.
 *
 * @throws ConfigError where they differ only in what the function took from outside without saying so: a number, or a tensor
 */
export function compareRecordings(earlier: Outline<unknown>, later: Outline<unknown>): boolean {
  const [before, now] = [earlier.recorder, later.recorder];
  const [old, fresh] = [before.graph.values, now.graph.values];
  const isAlike =
    before.sources.length === now.sources.length &&
    before.events.length === now.events.length &&
    before.guards.length === now.guards.length &&
    valuesKeyOf(before.graph, false) === valuesKeyOf(now.graph, false);
  if (!isAlike) return false;
  old.forEach((value, i) => {
    const other = fresh[i] as Value;
    if (value.kind !== 'constant' || other.kind !== 'constant' || Object.is(value.number, other.number)) return;
    throw new ConfigError(`a number of a compiled function was ${value.number} and is now ${other.number}`, {
      op: 'compile',
      got: `another constant for ${usersOf(value, old)}`,
      expected: 'the same computation at every call with the same kind of arguments',
      remedy: 'pass it as a tensor, or read it with liveNumber(() => …); see docs/replay.md',
    });
  });
  before.sources.forEach((source, i) => {
    if (sameSource(source, now.sources[i] as Source)) return;
    const { shape } = before.graph.inputs[i] as Value;
    throw new ConfigError(`a compiled function read another tensor of shape [${shape}] than at the call before`, {
      op: 'compile',
      got: 'a tensor from outside that is not always the same one, or data that were made anew',
      expected: 'tensors that change from call to call as arguments',
      remedy: 'pass it as an argument of the compiled function; see docs/replay.md',
    });
  });
  if (earlier.signature !== later.signature) {
    throw new ConfigError('a compiled function returned something else than at the call before', {
      op: 'compile',
      got: later.signature,
      expected: earlier.signature,
      remedy: 'return tensors; what else is returned must be the same at every call',
    });
  }
  return (
    resultsKeyOf(before.graph) === resultsKeyOf(now.graph) &&
    earlier.gradients.length === later.gradients.length &&
    earlier.gradients.every(([of, left], i) => sameGradient([of, left], later.gradients[i]))
  );
}

function sameGradient([of, left]: Gradient, other: Gradient | undefined): boolean {
  if (of !== other?.[0]) return false;
  const [a, b] = [left, other[1]];
  // What must not be read is another tensor at each recording.
  return typeof a === 'object' ? typeof b === 'object' && a.uniform === b.uniform : a === b;
}

function sameSource(a: Source, b: Source): boolean {
  if (a.kind === 'argument') return b.kind === 'argument' && a.position === b.position;
  if (a.kind === 'gradient') return b.kind === 'gradient' && a.of === b.of;
  if (b.kind !== 'captured') return false;
  if (a.tensor === b.tensor) return true;
  // Data that the function makes anew at each call may be baked in where they are always the same.
  const [old, fresh] = [a.data, b.data];
  return (
    old !== undefined &&
    fresh !== undefined &&
    old.length === fresh.length &&
    old.every((x, i) => Object.is(x, fresh[i]))
  );
}

function usersOf(constant: Value, values: readonly Value[]): string {
  const users = values.flatMap((value) =>
    value.kind === 'applied' && value.inputs.includes(constant) ? [value.primitive.name] : [],
  );
  return [...new Set(users)].join(', ') || 'a result';
}
