import { describe, expect, it } from 'vitest';
import { pointSet } from '../src/experiment/point-sets.ts';
import { fields } from '../src/experiment/settings.ts';

describe.each(fields.points.shape.values)('points in %s', (shape) => {
  it('lie in the square, half of each class, the same for the same seed', () => {
    const { positions, labels } = pointSet(shape, 400, 3, 0);
    expect(labels.filter((label) => label === 1)).toHaveLength(200);
    // Noise may carry the outermost a little over the edge.
    for (const coordinate of positions) expect(Math.abs(coordinate)).toBeLessThan(1.15);
    expect(pointSet(shape, 400, 3, 0).positions).toEqual(positions);
    expect(pointSet(shape, 400, 4, 0).positions).not.toEqual(positions);
    expect(pointSet(shape, 400, 3, 1).positions).not.toEqual(positions);
  });

  it('can be told apart by their neighbors', () => {
    const known = pointSet(shape, 600, 1, 0);
    const asked = pointSet(shape, 200, 1, 1);
    const right = asked.labels.filter((label, index) => {
      const [x, y] = asked.positions.subarray(2 * index, 2 * index + 2) as unknown as [number, number];
      const distances = Array.from(known.labels, (_, other) =>
        Math.hypot(known.positions[2 * other]! - x, known.positions[2 * other + 1]! - y),
      );
      return known.labels[distances.indexOf(Math.min(...distances))] === label;
    });
    // Guessing gets 100; squares that touch are blurred at their edges.
    expect(right.length).toBeGreaterThan(160);
  });
});
