import { ConfigError } from '@evenkeel/errors';
import type { HostArray, TypedArray } from '../host-array.ts';
import { FeatureScaler, trainingRows } from './feature-scaler.ts';

/** What a `MinMaxScaler` learned, one number per feature, and its range. */
export interface MinMaxScalerState {
  readonly minimum: readonly number[];
  readonly maximum: readonly number[];
  readonly range: readonly [low: number, high: number];
}

/**
 * Min–max scaling: each feature of the training data fills the range, `low + (x - min) / (max - min) * (high - low)`.
 *
 * Other data may fall outside of the range. A feature that is constant becomes `low`, as in scikit-learn. See
 * `FeatureScaler` for shapes and errors.
 *
 * ```ts
 * const scaler = new MinMaxScaler({ range: [-1, 1] }).fit(Float32Array.of(10, 20, 30));
 * console.log(scaler.transform(Float32Array.of(15, 40)).data); // prints Float32Array(2) [ -0.5, 2 ]
 * const same = MinMaxScaler.fromJSON(JSON.parse(JSON.stringify(scaler)));
 * console.log(same.state); // prints { minimum: [ 10 ], maximum: [ 30 ], range: [ -1, 1 ] }
 * ```
 *
 * @param options.range default [0, 1]; [-1, 1] is the other usual one
 * @throws ConfigError if the range is not two finite numbers, the lower first
 */
export class MinMaxScaler extends FeatureScaler {
  readonly range: readonly [low: number, high: number];
  #state: MinMaxScalerState | undefined;

  constructor({ range = [0, 1] }: { range?: readonly [low: number, high: number] } = {}) {
    super();
    if (!(range[0] < range[1] && Number.isFinite(range[1] - range[0]))) {
      throw new ConfigError('The range of a MinMaxScaler is not usable', {
        got: `[${range.join(', ')}]`,
        expected: 'two finite numbers, the lower first',
      });
    }
    this.range = range;
  }

  protected get map() {
    if (!this.#state) return undefined;
    const { minimum, maximum } = this.#state;
    const spread = maximum.map((high, feature) => high - (minimum[feature] as number) || 1);
    return { center: minimum, spread, factor: this.range[1] - this.range[0], offset: this.range[0] };
  }

  fit(data: TypedArray | HostArray): this {
    const { rows, features, at } = trainingRows(data);
    const minimum = Array.from({ length: features }, (_, feature) => at(0, feature));
    const maximum = [...minimum];
    for (let row = 1; row < rows; row++) {
      for (let feature = 0; feature < features; feature++) {
        const value = at(row, feature);
        minimum[feature] = Math.min(minimum[feature] as number, value);
        maximum[feature] = Math.max(maximum[feature] as number, value);
      }
    }
    this.#state = { minimum, maximum, range: this.range };
    return this;
  }

  /** What was learned, or undefined before `fit`. */
  get state(): MinMaxScalerState | undefined {
    return this.#state;
  }

  toJSON(): object {
    return { type: 'MinMaxScaler', range: this.range, ...this.#state };
  }

  /** The scaler whose `toJSON` gave `state`. */
  static fromJSON(state: MinMaxScalerState): MinMaxScaler {
    const scaler = new MinMaxScaler({ range: [...state.range] as [number, number] });
    scaler.#state = { minimum: [...state.minimum], maximum: [...state.maximum], range: scaler.range };
    return scaler;
  }
}
