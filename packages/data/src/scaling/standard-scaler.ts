import type { HostArray, TypedArray } from '../host-array.ts';
import { FeatureScaler, trainingRows } from './feature-scaler.ts';

/** What a `StandardScaler` learned, one number per feature. */
export interface StandardScalerState {
  readonly mean: readonly number[];
  readonly standardDeviation: readonly number[];
}

/**
 * Standardization: each feature of the training data gets mean 0 and standard deviation 1, `(x - mean) / std`.
 *
 * The deviation divides by N, as scikit-learn's `StandardScaler` does; a feature that is constant is only shifted. See
 * `FeatureScaler` for shapes and errors.
 *
 * ```ts
 * const scaler = new StandardScaler().fit({ data: Float32Array.of(1, 10, 3, 30), shape: [2, 2] });
 * console.log(scaler.state); // prints { mean: [ 2, 20 ], standardDeviation: [ 1, 10 ] }
 * console.log(scaler.transform({ data: Float32Array.of(4, 25), shape: [1, 2] }).data); // prints Float32Array(2) [ 2, 0.5 ]
 * ```
 */
export class StandardScaler extends FeatureScaler {
  #state: StandardScalerState | undefined;

  protected get map() {
    if (!this.#state) return undefined;
    const { mean, standardDeviation } = this.#state;
    return { center: mean, spread: standardDeviation.map((spread) => spread || 1), factor: 1, offset: 0 };
  }

  fit(data: TypedArray | HostArray): this {
    const { rows, features, at } = trainingRows(data);
    const mean = new Array<number>(features).fill(0);
    const standardDeviation = new Array<number>(features).fill(0);
    for (let feature = 0; feature < features; feature++) {
      let sum = 0;
      for (let row = 0; row < rows; row++) sum += at(row, feature);
      const center = sum / rows;
      // Two passes, and what rounding left of the mean taken out: values that are large against their spread stay right.
      let squares = 0;
      let rest = 0;
      for (let row = 0; row < rows; row++) {
        const deviation = at(row, feature) - center;
        squares += deviation * deviation;
        rest += deviation;
      }
      mean[feature] = center + rest / rows;
      const variance = (squares - (rest * rest) / rows) / rows;
      // Below this, all there is is the rounding of the mean of a constant.
      const noise = (Number.EPSILON * Math.abs(center)) ** 2 * 16;
      standardDeviation[feature] = variance > noise ? Math.sqrt(variance) : 0;
    }
    this.#state = { mean, standardDeviation };
    return this;
  }

  /** What was learned, or undefined before `fit`. */
  get state(): StandardScalerState | undefined {
    return this.#state;
  }

  toJSON(): object {
    return { type: 'StandardScaler', ...this.#state };
  }

  /** The scaler whose `toJSON` gave `state`. */
  static fromJSON(state: StandardScalerState): StandardScaler {
    const scaler = new StandardScaler();
    scaler.#state = { mean: [...state.mean], standardDeviation: [...state.standardDeviation] };
    return scaler;
  }
}
