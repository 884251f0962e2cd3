import { DataError } from '@evenkeel/errors';
import { type Tensor, tensor } from '@evenkeel/tensor';
import { type Field, type HostArray, isField, type Sample, type TypedArray, toHostArray } from './host-array.ts';

/** A batch of samples: each field with a first dimension for the samples. */
export type Batch<S> = S extends Field ? Tensor : { readonly [Name in keyof S]: Tensor };

/**
 * Stacks samples into tensors: a field of shape `[...]` becomes a tensor `[B, ...]` of the field's dtype.
 *
 * @throws DataError if a field differs in shape or kind between the samples; pad such samples or give the loader a
 *   `collate` of your own
 */
export function collate<S extends Sample>(samples: readonly S[]): Batch<S> {
  const first = samples[0];
  if (first === undefined) throw new DataError('There is nothing to stack into a batch', { got: 'no samples' });
  if (isField(first)) return stack(samples as readonly Field[], 'the sample') as Batch<S>;
  const stackField = (name: string) => {
    const fields = samples.map((sample) => (sample as { readonly [name: string]: Field })[name] as Field);
    return [name, stack(fields, `the field "${name}"`)];
  };
  return Object.fromEntries(Object.keys(first).map(stackField)) as Batch<S>;
}

function stack(fields: readonly Field[], name: string): Tensor {
  const badNumber = fields.find((field) => typeof field === 'number' && !Number.isInteger(field));
  if (badNumber !== undefined) {
    throw new DataError(`A bare number in ${name} is a class index, and this one is not whole`, {
      got: String(badNumber),
      expected: 'a whole number',
      remedy: 'give a real-valued target as Float32Array.of(value)',
    });
  }
  const arrays = fields.map(toHostArray);
  const { data, shape } = arrays[0] as HostArray;
  const stacked = new (data.constructor as new (length: number) => TypedArray)(data.length * arrays.length);
  for (const [position, array] of arrays.entries()) {
    if (String(array.shape) !== String(shape) || array.data.constructor !== data.constructor) {
      throw new DataError(`Samples of one batch differ in ${name}`, {
        got: `${describe(arrays[0] as HostArray)} and, at position ${position} of the batch, ${describe(array)}`,
        expected: 'the same shape and kind of numbers in every sample',
        remedy: 'pad the samples to one length, or give the loader a collate function that does',
      });
    }
    stacked.set(array.data, position * data.length);
  }
  return tensor(stacked, { shape: [arrays.length, ...shape] });
}

function describe(array: HostArray): string {
  return `${array.data.constructor.name} of shape [${array.shape.join(', ')}]`;
}
