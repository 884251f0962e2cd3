import type { Tensor } from '@evenkeel/tensor';
import type { BatchSource } from '@evenkeel/trainer';
import type { Contestant } from './contestant.ts';
import type { PointSet } from './point-sets.ts';
import type { Side } from './settings.ts';

/** One kind of run: its data, and how each of the two networks that learn it is made. */
export interface Task<Settings, Batch = Readonly<Record<string, Tensor>>> {
  /** What the measured layers are called, from the first on. */
  layerNames(settings: Settings): readonly string[];
  /** The batches that both networks get. */
  data(settings: Settings): BatchSource<Batch>;
  /** The points to draw, where the data are points. */
  points?(settings: Settings): PointSet;
  contestant(settings: Settings, side: Side): Contestant<Batch>;
}
