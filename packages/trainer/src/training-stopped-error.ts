import { DeviceError } from '@evenkeel/errors';
import type { Checkpoint } from './checkpoint.ts';

/**
 * The device failed in the middle of training, and training could not go on by itself.
 *
 * ```ts
 * const failure = new DeviceError('there is no memory left', { remedy: 'use smaller batches' });
 * const error = new TrainingStoppedError(failure, 12, { snapshot: undefined, remedies: ['resume from step 10'] });
 * console.log(error.message);
 * // prints training stopped after step 12: there is no memory left
 * // prints   remedy: use smaller batches; resume from step 10
 * console.log(error.step, error.cause === failure); // prints 12 true
 * ```
 */
export class TrainingStoppedError extends DeviceError {
  /** The last step that was done. */
  readonly step: number;
  /** The last snapshot, where there is one: `train({ …, resume: error.snapshot })` goes on from it. */
  readonly snapshot: Checkpoint | undefined;

  constructor(
    failure: DeviceError,
    step: number,
    { snapshot, remedies }: { snapshot: Checkpoint | undefined; remedies: readonly string[] },
  ) {
    const { summary, doing, got, expected, op, path, shapes } = failure;
    super(`training stopped after step ${step}: ${summary}`, {
      doing,
      got,
      expected,
      remedy: [failure.remedy ?? [], ...remedies].flat().join('; '),
      op,
      path,
      shapes,
      cause: failure,
    });
    this.step = step;
    this.snapshot = snapshot;
  }

  override get name(): string {
    return 'TrainingStoppedError';
  }
}
