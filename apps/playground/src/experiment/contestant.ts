import type { Tensor } from '@evenkeel/tensor';

/** What one training step of one network showed. */
export interface Reading {
  readonly loss: number;
  /** For each measured layer the root mean square of what it gives. */
  readonly activations: readonly number[];
  /** For each measured layer the root mean square of the gradients of its parameters. */
  readonly gradients: readonly number[];
}

/** What a network makes of the plane. */
export interface PointsPicture {
  readonly task: 'points';
  /** For each place of a square grid, by rows from the top, how likely class 1 is. */
  readonly grid: Float32Array;
  /** The share of the test points that it gets right. */
  readonly accuracy: number;
}

/** What a network makes of dates that it never saw. */
export interface DatesPicture {
  readonly task: 'dates';
  readonly answers: readonly { readonly written: string; readonly iso: string; readonly answer: string }[];
}

export type Picture = PointsPicture | DatesPicture;

/** One network in training. */
export interface Contestant<Batch = Readonly<Record<string, Tensor>>> {
  /** Learns from a batch. */
  step(batch: Batch): Promise<Reading>;
  /** Shows what it has learned. */
  picture(): Promise<Picture>;
  /** Gives what puts all of it but its tensors' content back as it is now. */
  remember(): () => void;
}
