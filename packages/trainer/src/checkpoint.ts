import { ConfigError, DataError } from '@evenkeel/errors';
import type { Position } from './batch-stream.ts';
import type { HostCopy } from './host-copy.ts';
import type { Numerics } from './numerics.ts';
import type { SelectionState } from './selection.ts';
import type { Json } from './tensor-tree.ts';

/** Everything of a checkpoint but its tensors; plain JSON. */
export interface CheckpointRecord {
  readonly version: 1;
  /** Optimizer steps done. */
  readonly step: number;
  /** Where the next batch comes from. */
  readonly position: Position;
  /** What tells whether the data is still the same; see `describeData`. */
  readonly data: Json;
  readonly generator: { readonly seed: number; readonly offset: number };
  /** The optimizer's state dict without its tensors, which are in `state` as `optimizer.…`. */
  readonly optimizer: Json;
  /** In mixed precision, the scaler's state dict; its tensors are in `state` as `scaler.…`. */
  readonly scaler?: Json | undefined;
  readonly selection: SelectionState;
  /** Where the best model is kept: not at all, in `model` (this step is the best), or in `state` as `best.…`. */
  readonly best: 'none' | 'model' | 'state';
  readonly numerics: Numerics;
  /** Seconds of training until here, over all sittings. */
  readonly seconds: number;
}

/** All that a run needs to go on bit for bit. */
export interface Checkpoint {
  readonly record: CheckpointRecord;
  readonly model: HostCopy;
  readonly state: HostCopy;
}

/** Where checkpoints go: a `RunFolder` under Node. */
export interface CheckpointStore {
  /** Stores a checkpoint whole or, if it throws, not at all. */
  save(checkpoint: Checkpoint): Promise<void>;
}

/** The tensors under a prefix, without it. */
export function withoutPrefix(copy: HostCopy, prefix: string): HostCopy {
  const inside = [...copy].filter(([name]) => name.startsWith(prefix));
  return new Map(inside.map(([name, value]) => [name.slice(prefix.length), value]));
}

/** Tensors with a prefix before their names. */
export function withPrefix(copy: HostCopy, prefix: string): HostCopy {
  return new Map([...copy].map(([name, value]) => [prefix + name, value]));
}

/** What of a batch source decides which batches it gives, as far as it tells. */
export function describeData(source: object): Json {
  const { seed, shuffle, batchSize, dropLast, length, dataset } = source as {
    [name: string]: Json | undefined;
    dataset?: { length: number };
  };
  const described = { seed, shuffle, batchSize, dropLast, batches: length, samples: dataset?.length };
  return Object.fromEntries(Object.entries(described).filter(([, value]) => value !== undefined)) as Json;
}

/**
 * Refuses to go on with data other than the checkpoint's.
 *
 * @throws ConfigError naming both
 */
export function requireSameData(saved: Json, now: Json): void {
  if (JSON.stringify(saved) === JSON.stringify(now)) return;
  throw new ConfigError('The data is not the one the checkpoint was made with', {
    doing: 'resuming a run',
    got: JSON.stringify(now),
    expected: JSON.stringify(saved),
    remedy: 'give the loader the same dataset, seed and batch size',
  });
}

/**
 * A record read from a file, if it is one.
 *
 * @throws DataError naming `name` if a part is missing
 */
export function checkRecord(value: unknown, name: string): CheckpointRecord {
  const record = (value ?? {}) as Partial<CheckpointRecord>;
  if (record.version !== 1) {
    throw new DataError(`${name} is not a checkpoint this version can read`, {
      got: `version ${JSON.stringify(record.version)}`,
      expected: 'version 1',
    });
  }
  const needed = ['step', 'position', 'data', 'generator', 'optimizer', 'selection', 'best', 'numerics', 'seconds'];
  const missing = needed.filter((key) => record[key as keyof CheckpointRecord] === undefined);
  if (missing.length === 0) return record as CheckpointRecord;
  throw new DataError(`${name} is incomplete`, { got: `no ${missing.join(', no ')}` });
}
