import type { Value } from '@evenkeel/compiler';
import { EvenKeelError } from '@evenkeel/errors';
import type { Tensor } from '../tensor.ts';
import { activeRecorder } from './active.ts';
import type { Recorder } from './recorder.ts';

/** What a tensor is that exists only as part of a recording. */
export interface Traced {
  readonly recorder: Recorder;
  readonly value: Value;
}

/** Whether a gradient is what a compiled step left behind when it consumed it; undefined if there is none. */
export function isConsumed(gradient: Tensor | undefined): boolean | undefined {
  return gradient && !!gradient.traced?.recorder.isGone(gradient);
}

/** The error for wanting the elements of a tensor that is part of a recording. */
export function leaked({ shape, traced }: Pick<Tensor, 'shape' | 'traced'>): EvenKeelError {
  if (traced && traced.recorder === activeRecorder()) return unreadable({ shape });
  return new EvenKeelError(
    `this tensor of shape [${shape}] was part of a compiled function and holds nothing outside of it`,
    {
      op: 'compile',
      got: 'a tensor that the function made but did not return, or a gradient that its optimizer step consumed',
      expected: 'tensors that the function returns, or state that it assigns to',
      remedy: 'return it from the function, or assign it to a tensor that was made before',
    },
  );
}

/** The error for reading while a function is recorded. */
export function unreadable({ shape }: Pick<Tensor, 'shape'>): EvenKeelError {
  return new EvenKeelError('a value cannot be read while a function is recorded', {
    op: 'compile',
    got: `a tensor of shape [${shape}], which is not computed yet`,
    remedy: 'return the tensor from the compiled function and read it after the call',
  });
}
