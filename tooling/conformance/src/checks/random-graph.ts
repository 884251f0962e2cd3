import { cat, type DType, type Tensor, tensor, where, zeros } from '@evenkeel/tensor';
import { stream } from '../host/draw.ts';

/** A computation that a seed decides, and how it came about. */
export interface RandomGraph {
  readonly leaves: readonly Tensor[];
  readonly values: readonly Tensor[];
  /** A scalar that depends on every value. */
  readonly loss: Tensor;
  /** One line per value. */
  readonly description: readonly string[];
}

const extents = [1, 2, 3, 5, 8, 13] as const;
const mostElements = 1500;

/**
 * Builds the computation of a seed on the current backend. Decisions look at shapes only, so every backend and precision gets
 * the same one; numbers stay moderate, and nothing is compared that rounding could turn over.
 */
export function buildGraph(seed: number, dtype: DType): RandomGraph {
  const graph = new Builder(seed, dtype);
  for (let i = graph.int(2) + 1; i > 0; i--) graph.leaf(graph.shape());
  for (let i = graph.int(8) + 4; i > 0; i--) graph.grow();
  return graph.finish();
}

class Builder {
  readonly leaves: Tensor[] = [];
  readonly values: Tensor[] = [];
  readonly description: string[] = [];
  readonly #random: () => number;
  readonly #dtype: DType;

  constructor(seed: number, dtype: DType) {
    this.#random = stream(seed);
    this.#dtype = dtype;
  }

  int(below: number): number {
    return Math.floor(this.#random() * below);
  }

  pick<Value>(list: readonly Value[]): Value {
    return list[this.int(list.length)] as Value;
  }

  shape(): number[] {
    return Array.from({ length: this.int(3) + 1 }, () => this.pick(extents));
  }

  numbers(count: number): Float32Array {
    return Float32Array.from({ length: count }, () => 2 * this.#random() - 1);
  }

  leaf(shape: readonly number[]): Tensor {
    const values = this.numbers(shape.reduce((size, extent) => size * extent, 1));
    const leaf = tensor(values, { shape, dtype: this.#dtype, requiresGrad: true });
    this.leaves.push(leaf);
    return this.add(leaf, 'leaf');
  }

  add(value: Tensor, text: string): Tensor {
    this.description.push(`${this.values.length} = ${text} [${value.shape}]`);
    this.values.push(value);
    return value;
  }

  grow(): void {
    const at = this.int(this.values.length);
    const x = this.values[at] as Tensor;
    const [name, make] = this.pick(x.ndim === 0 ? pointwise : x.ndim === 1 ? [...pointwise, ...shaped] : everything);
    const value = make(x, this);
    if (value && value.size > 0 && value.size <= mostElements) this.add(value, `${name}(${at})`);
  }

  finish(): RandomGraph {
    const loss = this.values
      .map((value) => value.mul(0.5).sin().mean())
      .reduce((sum, term, i) => sum.add(term.mul(1 + i / 4)));
    return { leaves: this.leaves, values: this.values, loss, description: this.description };
  }

  /** Another value that broadcasts to a tensor's shape, or a part of itself that does. */
  partner(x: Tensor): Tensor {
    const fits = this.values.filter(
      ({ shape }) =>
        shape.length <= x.ndim && shape.every((extent, d) => [1, x.shape[d + x.ndim - shape.length]].includes(extent)),
    );
    return fits.length > 1 ? this.pick(fits) : x.mean();
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
}

type Step = readonly [name: string, make: (x: Tensor, graph: Builder) => Tensor | undefined];

const pointwise: readonly Step[] = [
  ['tanh', (x) => x.tanh()],
  ['sin', (x) => x.sin()],
  ['cos', (x) => x.cos()],
  ['erf', (x) => x.erf()],
  ['atan', (x) => x.atan()],
  ['sigmoid', (x) => x.sigmoid()],
  ['neg', (x) => x.neg()],
  ['exp of tanh', (x) => x.tanh().exp()],
  ['expm1 of sin', (x) => x.sin().expm1()],
  ['root of 1 + square', (x) => x.square().add(1).sqrt()],
  ['log1p of square', (x) => x.square().log1p()],
  ['log of sigmoid', (x) => x.sigmoid().log()],
  ['pow 1.5 of 1 + square', (x) => x.tanh().square().add(1).pow(1.5)],
  ['add', (x, graph) => x.add(graph.partner(x))],
  ['sub', (x, graph) => x.sub(graph.partner(x))],
  ['mul', (x, graph) => x.mul(graph.partner(x).tanh())],
  ['div', (x, graph) => x.div(graph.partner(x).square().add(0.5))],
  ['where', (x, graph) => where(graph.mask(x.shape), x, graph.partner(x))],
  ['mask', (x, graph) => x.mul(graph.mask(x.shape).to(x.dtype))],
  ['outer leaf', (x, graph) => graph.leaf(x.shape).mul(x)],
];

const shaped: readonly Step[] = [
  ['sum', (x, graph) => x.sum(graph.int(x.ndim), { keepdim: graph.int(2) === 0 }).mul(0.25)],
  ['mean', (x, graph) => x.mean(graph.int(x.ndim), { keepdim: graph.int(2) === 0 })],
  ['variance', (x, graph) => x.var(graph.int(x.ndim), { correction: 0, keepdim: true })],
  ['amax', (x, graph) => x.add(graph.leaf(x.shape)).amax(graph.int(x.ndim), { keepdim: true })],
  ['softmax', (x, graph) => x.softmax(graph.int(x.ndim))],
  ['logSoftmax', (x, graph) => x.logSoftmax(graph.int(x.ndim))],
  ['normalize', (x, graph) => normalize(x, graph.int(x.ndim))],
  ['flatten', (x) => x.reshape([-1])],
  ['flip', (x, graph) => x.flip(graph.int(x.ndim))],
  ['every second', (x, graph) => x.slice(graph.int(x.ndim), 0, undefined, 2)],
  ['from the second', (x, graph) => x.slice(graph.int(x.ndim), 1)],
  ['pad', (x, graph) => x.pad([graph.int(3), graph.int(4)])],
  ['repeat', (x) => (x.ndim < 4 ? x.unsqueeze(0).expand([3, ...x.shape]) : undefined)],
  ['join', (x, graph) => cat([x, x.cos(), x.neg()], graph.int(x.ndim))],
  [
    'look up',
    (x, graph) => {
      const dim = graph.int(x.ndim);
      return x.indexSelect(dim, graph.positions(graph.int(9) + 1, x.shape[dim] as number));
    },
  ],
  [
    'scatter',
    (x, graph) => {
      const dim = graph.int(x.ndim);
      const size = graph.int(6) + 1;
      const index = graph.positions(x.shape[dim] as number, size);
      return zeros(x.shape.with(dim, size), { dtype: x.dtype }).indexAdd(dim, index, x);
    },
  ],
];

const everything: readonly Step[] = [
  ...pointwise,
  ...shaped,
  ['transpose', (x, graph) => x.transpose(graph.int(x.ndim), graph.int(x.ndim))],
  [
    'linear',
    (x, graph) => {
      const width = x.shape.at(-1) as number;
      return x.matmul(graph.leaf([width, graph.pick(extents)])).mul(1 / Math.sqrt(width));
    },
  ],
  ['gram', (x) => x.matmul(x.transpose(-1, -2)).mul(1 / (x.shape.at(-1) as number))],
];

function normalize(x: Tensor, dim: number): Tensor {
  const centered = x.sub(x.mean(dim, { keepdim: true }));
  return centered.div(centered.square().mean(dim, { keepdim: true }).add(0.1).sqrt());
}
