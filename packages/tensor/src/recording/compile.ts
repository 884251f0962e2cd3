import { numberOf } from '@evenkeel/backend';
import type { Plan } from '@evenkeel/compiler';
import { ConfigError } from '@evenkeel/errors';
import { isAutocastEnabled, isGradEnabled } from '../autograd/mode.ts';
import { getDefaultDtype } from '../creation.ts';
import { currentDevice } from '../engine/device.ts';
import { tensorsIn } from '../engine/scope.ts';
import type { Tensor } from '../tensor.ts';
import { activeRecorder, recordWith } from './active.ts';
import { compareRecordings } from './compare.ts';
import { environment } from './environment.ts';
import { type Outline, outline } from './outline.ts';
import { Recorder } from './recorder.ts';
import { Replay } from './replay.ts';
import { signatureOf } from './tree.ts';
import { type PlanWatcher, watcher } from './watcher.ts';

/** Signatures that are kept; beyond them the one that was made first goes. */
const signatureLimit = 16;
/** Recordings of one signature that are kept, for states of its guards that come and go. */
const replayLimit = 8;

export interface CompileCounters {
  /** Calls that were written down anew. */
  recorded: number;
  /** Calls that ran a program without writing anything down. */
  replayed: number;
  /** Programs that were planned: recordings that were not the same as one before. */
  planned: number;
}

/** A function that runs as one program. */
export interface Compiled<Args extends readonly unknown[], Result> {
  (...args: Args): Result;
  readonly counters: Readonly<CompileCounters>;
  /** What it runs so far: the programs of all signatures, in the order in which they were planned. */
  plans(): readonly Plan[];
}

interface Entry<Result> {
  readonly outline: Outline<Result>;
  readonly replay: Replay<Result>;
  /** Whether a second recording gave the same. */
  isConfirmed: boolean;
  calls: number;
}

/**
 * Runs a function as one program: all of its operations at once, fused, in memory that is planned ahead, without JavaScript for each.
 * A whole training step fits: forward, `backward()`, clipping, `optimizer.step()`.
 *
 * For each signature (shapes, dtypes and layouts of the arguments' tensors; other arguments by value) the first call is recorded, and
 * the second is recorded again and compared. From then on the program runs, and the function itself does not. What it read on
 * the host is settled by then, except what was read through `liveNumber`, `hostEffect` and `hostGuard`, as the library's own layers and
 * optimizers do. Tensors that it makes once and keeps for later calls are made with `persistent`. See docs/replay.md.
 *
 * The results are cut off from the computation: differentiate inside.
 *
 * @throws ConfigError if a constant, a captured tensor or, later than at the second call, an operation differs from one recording to the next
 *
 * @example
 * const step = compile((x: Tensor, y: Tensor) => {
 *   optimizer.zeroGrad();
 *   const loss = crossEntropy(model.call(x), y);
 *   loss.backward();
 *   optimizer.step();
 *   return loss;
 * });
 */
export function compile<Args extends readonly unknown[], Result>(
  fn: (...args: Args) => Result,
): Compiled<Args, Result> {
  const counters: CompileCounters = { recorded: 0, replayed: 0, planned: 0 };
  const known = new Map<string, Entry<Result>[]>();
  const captured = new WeakSet<Tensor>();
  const call = (...args: Args): Result => {
    // Inside of another recording it is part of that; with CAPTURE=0 it is only itself.
    if (activeRecorder() || environment('CAPTURE') === '0') return fn(...args);
    const tensors = tensorsIn(args);
    const modes = `${numberOf(currentDevice())}|${isGradEnabled()}|${isAutocastEnabled()}|${getDefaultDtype()}`;
    const signature = `${modes}|${signatureOf(args)}${sharingOf(tensors, captured)}`;
    const entries = known.get(signature) ?? remember(known, signature);
    const entry = entries.find(({ replay }) => replay.holds);
    if (entry?.isConfirmed && !isDue(++entry.calls)) {
      counters.replayed++;
      return entry.replay.run(tensors, entry.replay.happen());
    }
    counters.recorded++;
    const guards = entries.map(({ replay }) => replay.guards);
    const watch = watcher()?.({ fn, args, guards, isCompared: entry !== undefined });
    const recorder = new Recorder(currentDevice(), tensors);
    try {
      const fresh = recordWith(recorder, () => outline(recorder, fn(...args)));
      recorder.close();
      for (const source of recorder.sources) if (source.kind === 'captured') captured.add(source.tensor);
      if (entry) {
        // What turns out not to hold is forgotten, error or not: the next call records anew.
        entries.splice(entries.indexOf(entry), 1);
        if (isSame(entry, fresh)) {
          entries.push(entry);
          entry.isConfirmed = true;
          const result = entry.replay.run(tensors, recorder.numbers, recorder);
          recorder.abandon();
          return result;
        }
        entry.replay.release();
      }
      counters.planned++;
      return planned(fresh, entries, watch).run(tensors, recorder.numbers, recorder);
    } catch (error) {
      recorder.undo();
      throw error;
    } finally {
      recorder.close();
      recorder.settle();
    }
  };
  const plans = () => [...known.values()].flatMap((entries) => entries.map(({ replay }) => replay.plan));
  return Object.assign(call, { counters, plans });
}

/**
 * Whether a recording is the same as the one before. The first may differ, because it made what the second finds; later ones may not.
 *
 * @throws ConfigError if a program that was used is no longer what the function computes
 */
function isSame<Result>({ outline, replay, isConfirmed }: Entry<Result>, fresh: Outline<Result>): boolean {
  try {
    if (compareRecordings(outline, fresh)) return true;
  } catch (error) {
    replay.release();
    throw error;
  }
  if (!isConfirmed) return false;
  replay.release();
  throw new ConfigError('a compiled function computes something else than at the calls before', {
    op: 'compile',
    got: 'other operations, although the arguments are of the same kind and everything that it guards is the same',
    expected: 'operations that depend on arguments, and on what is read with hostGuard(() => …)',
    remedy: 'read what decides with hostGuard(() => …), or pass it as an argument; see docs/replay.md',
  });
}

function planned<Result>(outline: Outline<Result>, entries: Entry<Result>[], watch?: PlanWatcher): Replay<Result> {
  // With FUSE=0 each operation is a kernel of its own: what is wrong then is not fusion's doing.
  const replay = new Replay(outline, { together: environment('FUSE') !== '0' }, watch);
  entries.push({ outline, replay, isConfirmed: false, calls: 0 });
  if (entries.length > replayLimit) entries.shift()?.replay.release();
  return replay;
}

/** A program that runs is held against a new recording now and then: what a closure changed shows, at the latest after 1024 calls. */
function isDue(calls: number): boolean {
  return calls % 1024 === 0 || (calls >= 8 && calls < 1024 && (calls & (calls - 1)) === 0);
}

function remember<Result>(known: Map<string, Entry<Result>[]>, signature: string): Entry<Result>[] {
  const entries: Entry<Result>[] = [];
  known.set(signature, entries);
  if (known.size > signatureLimit) {
    const [oldest, its] = known.entries().next().value as [string, Entry<Result>[]];
    for (const { replay } of its) replay.release();
    known.delete(oldest);
  }
  return entries;
}

/** Which arguments are one tensor, or one that the function also reaches by itself, as text: other programs than for different ones. */
function sharingOf(tensors: readonly Tensor[], captured: WeakSet<Tensor>): string {
  return tensors
    .map((tensor, i) =>
      captured.has(tensor) ? `&${numberOf(tensor)}` : tensors.indexOf(tensor) < i ? `=${tensors.indexOf(tensor)}` : '',
    )
    .join('');
}
