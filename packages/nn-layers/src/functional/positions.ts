import { ConfigError } from '@evenkeel/errors';
import { getDefaultDtype, type Tensor, tensor } from '@evenkeel/tensor';

/**
 * The sinusoidal table of positions: PE[p, 2i] = sin(p / base^(2i/d)), PE[p, 2i+1] = cos of the same angle.
 *
 * Vaswani et al. 2017, Attention is all you need, section 3.5.
 *
 * @param length number of positions
 * @param dModel features of each, even or odd
 * @param options.base default 10000
 * @returns `[length, dModel]` in the default dtype
 */
export function positionalEncoding(length: number, dModel: number, options: { base?: number } = {}): Tensor {
  const { base = 10000 } = options;
  if (!(Number.isInteger(length) && length >= 0 && Number.isInteger(dModel) && dModel > 0)) {
    throw new ConfigError('no such table of positions', {
      op: 'positionalEncoding',
      got: `length ${length}, dModel ${dModel}`,
      expected: 'whole numbers, dModel at least 1',
    });
  }
  const table = new Float64Array(length * dModel);
  for (let position = 0; position < length; position++) {
    for (let feature = 0; feature < dModel; feature++) {
      const angle = position / base ** ((feature - (feature % 2)) / dModel);
      table[position * dModel + feature] = feature % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
    }
  }
  return tensor(table, { shape: [length, dModel], dtype: getDefaultDtype() });
}
