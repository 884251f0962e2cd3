import { HostGenerator } from '@evenkeel/data';

export type PointShape = 'spiral' | 'moons' | 'rings' | 'checks';

/** Labeled points of the square from -1 to 1. */
export interface PointSet {
  /** x and y of each, one after the other. */
  readonly positions: Float32Array;
  /** 0 or 1 for each. */
  readonly labels: Int32Array;
}

/** The noise of a position, as a standard deviation. */
const NOISE = 0.03;

/** Where a point of class `label` lies; `along` and `across` are uniform from 0 to 1. */
type Place = (label: number, along: number, across: number) => [x: number, y: number];

const places: Readonly<Record<PointShape, Place>> = {
  // Two arms of one turn and a half.
  spiral(label, along) {
    const angle = 3 * Math.PI * Math.sqrt(along) + label * Math.PI;
    const radius = 0.05 + 0.87 * Math.sqrt(along);
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  },
  moons(label, along) {
    const [x, y] = [Math.cos(Math.PI * along), Math.sin(Math.PI * along)];
    return label ? [0.55 * (1 - x) - 0.25, 0.3 - 0.75 * y] : [0.55 * x - 0.25, 0.75 * y - 0.2];
  },
  rings(label, along, across) {
    const radius = label ? 0.65 + 0.22 * across : 0.4 * Math.sqrt(across);
    return [radius * Math.cos(2 * Math.PI * along), radius * Math.sin(2 * Math.PI * along)];
  },
  // Four by four squares.
  checks(label, along, across) {
    const square = Math.floor(8 * along);
    const row = Math.floor(square / 2);
    const column = 2 * (square % 2) + ((row + label) % 2);
    return [(column + (8 * along - square)) / 2 - 1, (row + across) / 2 - 1];
  },
};

/**
 * `count` points, half of each class, the same for the same seed on every machine.
 *
 * @param stream independent draws of one seed: training and test points
 */
export function pointSet(shape: PointShape, count: number, seed: number, stream: number): PointSet {
  const random = new HostGenerator(seed, stream);
  const uniform = () => random.uint32() / 2 ** 32;
  // Box and Muller 1958.
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  const positions = new Float32Array(2 * count);
  const labels = Int32Array.from({ length: count }, (_, index) => index % 2);
  for (let index = 0; index < count; index++) {
    const place = places[shape](labels[index] as number, uniform(), uniform());
    positions.set(
      place.map((coordinate) => coordinate + NOISE * normal()),
      2 * index,
    );
  }
  return { positions, labels };
}
