import { describe, expect, test } from 'vitest';
import { MinMaxScaler } from '../src/scaling/min-max-scaler.ts';
import { StandardScaler } from '../src/scaling/standard-scaler.ts';

const train = { data: Float32Array.of(1, 10, 3, 30, 2, 20, 6, 20), shape: [4, 2] };
const rows = (array: { data: ArrayLike<number> }) => Array.from(array.data);

describe('MinMaxScaler', () => {
  test('fills [0, 1], [-1, 1] or any other range with each feature of the training data', () => {
    const unit = rows(new MinMaxScaler().fitTransform(train));
    for (const [index, expected] of [0, 0, 0.4, 1, 0.2, 0.5, 1, 0.5].entries())
      expect(unit[index]).toBeCloseTo(expected, 6);
    const signed = rows(new MinMaxScaler({ range: [-1, 1] }).fitTransform(train));
    for (const [index, expected] of [-1, -1, -0.2, 1, -0.6, 0, 1, 0].entries()) {
      expect(signed[index]).toBeCloseTo(expected, 6);
    }
    const wide = rows(new MinMaxScaler({ range: [10, 30] }).fitTransform(Float32Array.of(5, 6, 7)));
    expect(wide).toEqual([10, 20, 30]);
  });

  test('takes its numbers from the training data alone, so that other data may leave the range', () => {
    const scaler = new MinMaxScaler().fit(Float32Array.of(0, 10));
    expect(rows(scaler.transform(Float32Array.of(-5, 20)))).toEqual([-0.5, 2]);
  });

  test('makes a constant feature the low end', () => {
    expect(rows(new MinMaxScaler({ range: [-1, 1] }).fitTransform(Float32Array.of(4, 4)))).toEqual([-1, -1]);
  });

  test('refuses a range that is none', () => {
    expect(() => new MinMaxScaler({ range: [1, 1] })).toThrow(/\[1, 1\][\s\S]*the lower first/);
    expect(() => new MinMaxScaler({ range: [0, Number.POSITIVE_INFINITY] })).toThrow(/finite/);
  });
});

describe('StandardScaler', () => {
  test('gives each feature mean 0 and deviation 1, dividing by N', () => {
    // By hand: mean 3, deviations -2, 0, -1, 3, variance 14/4; and mean 20, variance 200/4.
    const scaled = rows(new StandardScaler().fitTransform(train));
    const first = [-2, 0, -1, 3].map((deviation) => deviation / Math.sqrt(3.5));
    const second = [-10, 10, 0, 0].map((deviation) => deviation / Math.sqrt(50));
    for (let row = 0; row < 4; row++) {
      expect(scaled[2 * row]).toBeCloseTo(first[row]!, 6);
      expect(scaled[2 * row + 1]).toBeCloseTo(second[row]!, 6);
    }
  });

  test('is right where values are large against their spread', () => {
    const scaler = new StandardScaler().fit(Float64Array.of(1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16));
    // The variance of 4, 7, 13, 16 is 22.5.
    expect(scaler.state?.standardDeviation[0]).toBeCloseTo(Math.sqrt(22.5), 9);
  });

  test('only shifts a constant feature', () => {
    expect(rows(new StandardScaler().fitTransform(Float64Array.of(0.1, 0.1, 0.1)))).toEqual([0, 0, 0]);
  });

  test('takes the features of sequences from the last dimension', () => {
    const sequences = { data: Float32Array.of(0, 5, 2, 5, 4, 5, 6, 5), shape: [2, 2, 2] };
    const scaler = new StandardScaler().fit(sequences);
    expect(scaler.state).toEqual({ mean: [3, 5], standardDeviation: [Math.sqrt(5), 0] });
    expect(scaler.transform(sequences).shape).toEqual([2, 2, 2]);
  });
});

describe.each([
  ['MinMaxScaler', () => new MinMaxScaler({ range: [-3, 2] }), MinMaxScaler.fromJSON],
  ['StandardScaler', () => new StandardScaler(), StandardScaler.fromJSON],
] as const)('%s', (_, make, fromJSON) => {
  test('gives the data back by its inverse', () => {
    const scaler = make().fit(train);
    const back = rows(scaler.inverse(scaler.transform(train)));
    for (const [index, value] of rows(train).entries()) expect(back[index]).toBeCloseTo(value, 4);
  });

  test('goes through JSON', () => {
    const scaler = make().fit(train);
    const restored = fromJSON(JSON.parse(JSON.stringify(scaler)));
    expect(restored.transform(train)).toEqual(scaler.transform(train));
    expect(JSON.stringify(restored)).toBe(JSON.stringify(scaler));
  });

  test('refuses to scale before it was fitted, other features, and missing values', () => {
    expect(() => make().transform(train)).toThrow(/learned nothing[\s\S]*fit/);
    expect(() =>
      make()
        .fit(train)
        .transform({ data: new Float32Array(3), shape: [1, 3] }),
    ).toThrow(/3 features[\s\S]*2 features/);
    expect(() => make().fit({ data: Float32Array.of(1, 2, 3, Number.NaN), shape: [2, 2] })).toThrow(
      /NaN in row 1, feature 1/,
    );
    expect(() =>
      make()
        .fit(train)
        .transform({ data: Float32Array.of(1, Number.NaN), shape: [1, 2] }),
    ).toThrow(/NaN/);
    expect(() => make().fit({ data: new Float32Array(0), shape: [0, 2] })).toThrow(/nothing to fit/);
  });
});
