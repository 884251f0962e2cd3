import { ConfigError } from '@evenkeel/errors';
import { type Tensor, tensor } from '@evenkeel/tensor';
import { type Batch, collate } from '../collate.ts';
import type { HostArray, Sample, TypedArray } from '../host-array.ts';
import { type PaddingOptions, padSequences } from './pad-sequences.ts';

/** A batch, with a mask beside each padded field: `source` and `sourcePaddingMask`. */
export type PaddedBatch<S, Name extends string> = Batch<S> & {
  readonly [Each in Name as `${Each}PaddingMask`]: Tensor;
};

/**
 * A `collate` for a loader whose samples differ in length: it pads the named fields to the longest of the batch, adds for
 * each a bool tensor `[B, T]`, true where there is padding (PyTorch's `key_padding_mask`), and stacks the others.
 *
 * @param fields each field `[T_i, ...]` that is padded, and how; see `PaddingOptions`
 * @throws ConfigError if the samples have no such field
 *
 * @example
 * new DataLoader(pairs, { batchSize: 32, collate: collatePadded({ source: { value: PAD }, target: { value: PAD } }) });
 */
export function collatePadded<S extends { readonly [name: string]: Sample }, Name extends string & keyof S>(
  fields: {
    readonly [Each in Name]: PaddingOptions;
  },
): (samples: readonly S[]) => PaddedBatch<S, Name> {
  const names = Object.keys(fields) as Name[];
  return (samples) => {
    const missing = names.find((name) => samples.some((sample) => !(name in sample)));
    if (missing !== undefined) {
      throw new ConfigError('A field that is to be padded is not in the samples', {
        got: `"${missing}"`,
        expected: `one of ${Object.keys(samples[0] ?? {}).join(', ')}`,
      });
    }
    const stacked = samples.map((sample) => {
      return Object.fromEntries(Object.entries(sample).filter(([name]) => !names.includes(name as Name)));
    });
    const batch: { [name: string]: Tensor } = {};
    if (Object.keys(stacked[0] ?? {}).length > 0) Object.assign(batch, collate(stacked as Sample[]));
    for (const name of names) {
      const sequences = samples.map((sample) => sample[name] as unknown as TypedArray | HostArray);
      const { padded, mask } = padSequences(sequences, fields[name]);
      batch[name] = tensor(padded.data, { shape: padded.shape });
      batch[`${name}PaddingMask`] = tensor(mask.data, { shape: mask.shape, dtype: 'bool' });
    }
    return batch as PaddedBatch<S, Name>;
  };
}
