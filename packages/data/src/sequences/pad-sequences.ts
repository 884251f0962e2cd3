import { ConfigError, DataError, ShapeError } from '@evenkeel/errors';
import { type HostArray, type TypedArray, toHostArray } from '../host-array.ts';

export interface PaddingOptions {
  /** What fills the places after a sequence; default 0. */
  value?: number;
  /** The length of all; default: of the longest. */
  length?: number;
  /** Where the filling goes; default `right`. `left` is what generation with a decoder wants. */
  side?: 'left' | 'right';
}

/** Sequences of one length. */
export interface PaddedSequences {
  /** `[B, T, ...]` */
  readonly padded: HostArray;
  /** `[B, T]`: 1 where there is padding, 0 where there is data: the sense of PyTorch's `key_padding_mask`. */
  readonly mask: HostArray;
  /** `[B]`: how long each was. */
  readonly lengths: Int32Array;
}

/**
 * Fills sequences of shape `[T_i, ...]` up to one length, with the mask that attention needs (`pad_sequence` of PyTorch
 * with `batch_first=True`, and its mask).
 *
 * @throws DataError if there is no sequence, or they differ in kind or in what follows the first dimension
 * @throws ShapeError if one is longer than `length`
 *
 * @example
 * const { padded, mask } = padSequences([Int32Array.of(5, 6, 7), Int32Array.of(8)]);
 * // padded [[5, 6, 7], [8, 0, 0]], mask [[0, 0, 0], [0, 1, 1]]
 */
export function padSequences(
  sequences: readonly (TypedArray | HostArray)[],
  options: PaddingOptions = {},
): PaddedSequences {
  const arrays = sequences.map(toHostArray);
  const first = arrays[0];
  if (first === undefined) throw new DataError('There are no sequences to pad', { got: 'an empty list' });
  const inner = first.shape.slice(1);
  for (const [position, { data, shape }] of arrays.entries()) {
    const same = data.constructor === first.data.constructor && String(shape.slice(1)) === String(inner);
    if (shape.length > 0 && same) continue;
    throw new DataError('Sequences that are padded together differ in more than their length', {
      got: `${first.data.constructor.name} [${first.shape.join(', ')}] and, at position ${position}, ${data.constructor.name} [${shape.join(', ')}]`,
      expected: 'the same kind of numbers and the same shape after the first dimension',
    });
  }
  const lengths = Int32Array.from(arrays, ({ shape }) => shape[0] as number);
  const longest = lengths.reduce((most, length) => Math.max(most, length), 0);
  const { value = 0, length = longest, side = 'right' } = options;
  if (!Number.isInteger(length) || length < longest) {
    throw new ShapeError('A sequence is longer than the length that all are to have', {
      got: `length ${length}, and a sequence of ${longest}`,
      remedy: 'cut sequences before padding, or give a greater length',
    });
  }
  const size = inner.reduce((product, extent) => product * extent, 1);
  const data = new (first.data.constructor as new (length: number) => TypedArray)(arrays.length * length * size);
  if (value !== 0) data.fill(storable(value, data));
  const mask = new Uint8Array(arrays.length * length).fill(1);
  for (const [position, array] of arrays.entries()) {
    const start = position * length + (side === 'left' ? length - (lengths[position] as number) : 0);
    data.set(array.data, start * size);
    mask.fill(0, start, start + (lengths[position] as number));
  }
  return {
    padded: { data, shape: [arrays.length, length, ...inner] },
    mask: { data: mask, shape: [arrays.length, length] },
    lengths,
  };
}

/** `value` if an array of this kind can hold it. */
function storable(value: number, array: TypedArray): number {
  if (array instanceof Float32Array || array instanceof Float64Array || array.slice(0, 1).fill(value)[0] === value) {
    return value;
  }
  if (array.length === 0) return value;
  throw new ConfigError('Sequences cannot be padded with this value', {
    got: `${value} in ${array.constructor.name}`,
    expected: 'a value that the array can hold',
  });
}
