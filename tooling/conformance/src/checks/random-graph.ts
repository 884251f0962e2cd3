import { checkpoint, type DType, Generator, type Tensor, tensor } from '@evenkeel/tensor';
import { stream } from '../host/draw.ts';
import { ofOneDimension, ofScalars, ofSeveralDimensions } from './random-steps.ts';

/** A computation that a seed decides, and how it came about. */
export interface RandomGraph {
  readonly leaves: readonly Tensor[];
  /** Tensors that the computation reads and assigns to. */
  readonly states: readonly Tensor[];
  readonly values: readonly Tensor[];
  /** A scalar that depends on every value. */
  readonly loss: Tensor;
  /** One line per value. */
  readonly description: readonly string[];
}

/** What outlives one run of a computation: the same leaves and states, and a generator that goes on. */
export class Supply {
  readonly generator: Generator;
  readonly #tensors: Tensor[] = [];
  #next = 0;

  constructor(seed: number) {
    this.generator = new Generator(seed);
  }

  /** Begins another run. */
  rewind(): void {
    this.#next = 0;
  }

  /** What the runs before took at this place. */
  take(make: () => Tensor): Tensor {
    const at = this.#next++;
    let known = this.#tensors[at];
    if (!known) {
      known = make().keep();
      this.#tensors.push(known);
    }
    return known;
  }
}

export const extents = [1, 2, 3, 5, 8, 13] as const;
const mostElements = 1500;

/**
 * Builds the computation of a seed on the current backend. Decisions look at shapes only, so every backend and precision gets
 * the same one; numbers stay moderate, and nothing is compared that rounding could turn over.
 */
export function buildGraph(
  seed: number,
  dtype: DType,
  supply: Supply = new Supply(seed),
  wrap: typeof checkpoint = checkpoint,
): RandomGraph {
  supply.rewind();
  const graph = new Builder(seed, dtype, supply, wrap);
  for (let i = graph.int(2) + 1; i > 0; i--) graph.leaf(graph.shape());
  for (let i = graph.int(8) + 4; i > 0; i--) graph.grow();
  return graph.finish();
}

export class Builder {
  readonly leaves: Tensor[] = [];
  readonly states: Tensor[] = [];
  readonly values: Tensor[] = [];
  readonly description: string[] = [];
  readonly #random: () => number;
  readonly #dtype: DType;
  readonly #supply: Supply;
  readonly #wrap: typeof checkpoint;

  constructor(seed: number, dtype: DType, supply: Supply, wrap: typeof checkpoint) {
    this.#random = stream(seed);
    this.#dtype = dtype;
    this.#supply = supply;
    this.#wrap = wrap;
  }

  get generator(): Generator {
    return this.#supply.generator;
  }

  int(below: number): number {
    return Math.floor(this.#random() * below);
  }

  pick<Value>(list: readonly Value[]): Value {
    return list[this.int(list.length)] as Value;
  }

  shape(): number[] {
    return Array.from({ length: this.int(4) + 1 }, () => this.pick(extents));
  }

  /** Some of the dimensions, at least one, in any order. */
  dims(count: number): number[] {
    const chosen = Array.from({ length: count }, (_, d) => d).filter(() => this.int(2) === 0);
    return chosen.length > 0 ? chosen : [this.int(count)];
  }

  numbers(count: number): Float32Array {
    return Float32Array.from({ length: count }, () => 2 * this.#random() - 1);
  }

  leaf(shape: readonly number[]): Tensor {
    const leaf = this.#tensor(shape, true);
    this.leaves.push(leaf);
    return this.add(leaf, 'leaf');
  }

  /** A tensor that is not differentiated and that the computation may assign to, old or new. */
  state(shape: readonly number[]): Tensor {
    const known = this.states.filter((state) => String(state.shape) === String(shape));
    if (known.length > 0 && this.int(2) === 0) return this.pick(known);
    const state = this.#tensor(shape, false);
    this.states.push(state);
    return state;
  }

  add(value: Tensor, text: string): Tensor {
    this.description.push(`${this.values.length} = ${text} [${value.shape}]`);
    this.values.push(value);
    return value;
  }

  grow(): void {
    const at = this.int(this.values.length);
    const x = this.values[at] as Tensor;
    if (this.int(20) === 0) {
      const names: string[] = [];
      const chain = this.#wrap((start: Tensor) => this.#chain(start, names));
      this.add(chain(x), `checkpoint(${at}): ${names.join(', ')}`);
      return;
    }
    const [name, value] = this.#step(x);
    if (value) this.add(value, `${name}(${at})`);
  }

  /** A few steps, one on the other, of which only the last is there afterwards. */
  #chain(start: Tensor, names: string[]): Tensor {
    let x = start;
    for (let i = this.int(4) + 1; i > 0; i--) {
      const at = this.values.push(x) - 1;
      const [name, value] = this.int(8) === 0 ? this.#within(x, names) : this.#step(x);
      this.values.splice(at, 1);
      if (value) names.push(name);
      x = value ?? x;
    }
    return x;
  }

  #within(x: Tensor, names: string[]): [string, Tensor] {
    return ['checkpoint', this.#wrap((start: Tensor) => this.#chain(start, names))(x)];
  }

  #step(x: Tensor): [name: string, value: Tensor | undefined] {
    const [name, make] = this.pick(x.ndim === 0 ? ofScalars : x.ndim === 1 ? ofOneDimension : ofSeveralDimensions);
    const value = make(x, this);
    return [name, value && value.size > 0 && value.size <= mostElements ? value : undefined];
  }

  finish(): RandomGraph {
    const loss = this.values
      .map((value) => value.mul(0.5).sin().mean())
      .reduce((sum, term, i) => sum.add(term.mul(1 + i / 4)));
    const { leaves, states, values, description } = this;
    return { leaves, states, values, loss, description };
  }

  /** Another value that broadcasts to a tensor's shape, or a part of itself that does. */
  partner(x: Tensor): Tensor {
    const fits = this.values.filter(
      ({ shape }) =>
        shape.length <= x.ndim && shape.every((extent, d) => [1, x.shape[d + x.ndim - shape.length]].includes(extent)),
    );
    return fits.length > 1 ? this.pick(fits) : x.mean();
  }

  /** A value, perhaps the same one, that can be joined to another along a dimension. */
  neighbor(x: Tensor, dim: number): Tensor {
    return this.pick(
      this.values.filter(
        ({ shape }) => shape.length === x.ndim && shape.every((extent, d) => d === dim || extent === x.shape[d]),
      ),
    );
  }

  positions(count: number, size: number): Tensor {
    return tensor(Int32Array.from({ length: count }, () => this.int(size)));
  }

  mask(shape: readonly number[]): Tensor {
    const size = shape.reduce((product, extent) => product * extent, 1);
    return tensor(
      Uint8Array.from({ length: size }, () => this.int(2)),
      { shape, dtype: 'bool' },
    );
  }

  #tensor(shape: readonly number[], requiresGrad: boolean): Tensor {
    // Drawn at every run, so that what follows does not depend on whether it was there.
    const values = this.numbers(shape.reduce((size, extent) => size * extent, 1));
    return this.#supply.take(() => tensor(values, { shape, dtype: this.#dtype, requiresGrad }));
  }
}
