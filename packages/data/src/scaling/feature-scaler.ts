import { ConfigError, DataError, ShapeError } from '@evenkeel/errors';
import { type HostArray, type TypedArray, toHostArray } from '../host-array.ts';

/** What a scaler does to the features, one number of each per feature: `(x - center) / spread * factor + offset`. */
interface FeatureMap {
  readonly center: readonly number[];
  readonly spread: readonly number[];
  readonly factor: number;
  readonly offset: number;
}

/**
 * A map of each feature to a friendly range whose numbers were taken from training data.
 *
 * Features are the last dimension: `[N, F]` for a table, `[N, T, F]` for sequences; an array of one dimension is a single
 * feature. Fit on the training part alone and use the same scaler for the rest: a scaler fitted on everything lets the test
 * data leak into training. It computes in float64 and gives float32.
 *
 * ```ts
 * const scaler: FeatureScaler = new MinMaxScaler();
 * const scaled = scaler.fitTransform(Float32Array.of(10, 20, 30));
 * console.log(scaled.data, scaler.inverse(scaled).data); // prints Float32Array(3) [ 0, 0.5, 1 ] Float32Array(3) [ 10, 20, 30 ]
 * ```
 */
export abstract class FeatureScaler {
  /** The map, once fitted. */
  protected abstract readonly map: FeatureMap | undefined;

  /** Learns the map from training data and returns this scaler. */
  abstract fit(data: TypedArray | HostArray): this;

  /** The state as plain data for a file; `fromJSON` of the class takes it back. */
  abstract toJSON(): object;

  /**
   * The scaled data, of the same shape.
   *
   * @throws ConfigError if the scaler was not fitted
   * @throws ShapeError if the number of features differs from the training data's
   * @throws DataError if a value is not finite
   */
  transform(data: TypedArray | HostArray): HostArray {
    const { center, spread, factor, offset } = this.#fitted();
    return this.#each(data, (value, feature) => {
      return ((value - (center[feature] as number)) / (spread[feature] as number)) * factor + offset;
    });
  }

  /** `fit`, then `transform` of the same data. */
  fitTransform(data: TypedArray | HostArray): HostArray {
    return this.fit(data).transform(data);
  }

  /** What was scaled, back in its own units: the inverse of `transform`, which throws as that does. */
  inverse(data: TypedArray | HostArray): HostArray {
    const { center, spread, factor, offset } = this.#fitted();
    return this.#each(data, (value, feature) => {
      return ((value - offset) / factor) * (spread[feature] as number) + (center[feature] as number);
    });
  }

  #fitted(): FeatureMap {
    if (this.map) return this.map;
    throw new ConfigError(`The ${this.constructor.name} has learned nothing yet`, {
      remedy: 'call fit(trainingData) first, or take a fitted one from fromJSON(state)',
    });
  }

  #each(data: TypedArray | HostArray, scale: (value: number, feature: number) => number): HostArray {
    const known = this.#fitted().center.length;
    const { rows, features, array } = featureRows(data);
    if (features !== known) {
      throw new ShapeError('The data do not have the features that the scaler was fitted on', {
        got: `${features} features, shape [${array.shape.join(', ')}]`,
        expected: `${known} features`,
      });
    }
    const scaled = new Float32Array(array.data.length);
    for (let row = 0, index = 0; row < rows; row++) {
      for (let feature = 0; feature < features; feature++, index++) {
        scaled[index] = scale(finite(array, index, features), feature);
      }
    }
    return { data: scaled, shape: array.shape };
  }
}

/**
 * Data as rows of features, for a scaler to fit on.
 *
 * @throws DataError if there is no row
 */
export function trainingRows(data: TypedArray | HostArray) {
  const { rows, features, array } = featureRows(data);
  if (rows > 0 && features > 0) return { rows, features, at: valueAt(array, features) };
  throw new DataError('There is nothing to fit a scaler on', { got: `shape [${array.shape.join(', ')}]` });
}

function featureRows(data: TypedArray | HostArray) {
  const array = toHostArray(data);
  const features = array.shape.length > 1 ? (array.shape.at(-1) as number) : 1;
  return { array, features, rows: features === 0 ? 0 : array.data.length / features };
}

function valueAt(array: HostArray, features: number) {
  return (row: number, feature: number) => finite(array, row * features + feature, features);
}

function finite(array: HostArray, index: number, features: number): number {
  const value = array.data[index] as number;
  if (Number.isFinite(value)) return value;
  throw new DataError('A value to be scaled is not finite', {
    got: `${value} in row ${Math.floor(index / features)}, feature ${index % features}`,
    remedy: 'fill or drop missing values first, as TableEncoder and Table.dropMissing do',
  });
}
