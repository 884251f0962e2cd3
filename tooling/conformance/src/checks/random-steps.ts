/** What a random computation may do next, by how many dimensions a value has. */
import '@evenkeel/tensor/methods';
import { apply, arange, cat, noGrad, rand, recurrence, stack, type Tensor, where, zeros } from '@evenkeel/tensor';
import { type Builder, extents } from './random-graph.ts';

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
  ['drop', (x, graph) => x.mul(where(draw(x.shape, x, graph).ge(0.25), 1.25, 0))],
  [
    'unused draw',
    (x, graph) => {
      draw([graph.int(9)], x, graph);
      return x.mul(draw([], x, graph));
    },
  ],
  ['times state', (x, graph) => x.mul(graph.state(x.shape))],
  ['move state', (x, graph) => moved(graph.state(x.shape), (old) => old.mul(0.75).add(x.tanh().mul(0.25)))],
  [
    'move state by state',
    (x, graph) => {
      const other = graph.state(x.shape);
      return moved(graph.state(x.shape), (old) => old.add(other).mul(0.5)).add(x);
    },
  ],
  [
    'exchange states',
    (x, graph) => {
      const [a, b] = [graph.state(x.shape), graph.state(x.shape)];
      const old = a.detach();
      noGrad(() => a.assign(b));
      noGrad(() => b.assign(old));
      return x.add(a).mul(b);
    },
  ],
];

const shaped: readonly Step[] = [
  ['sum', (x, graph) => x.sum(graph.int(x.ndim), { keepdim: graph.int(2) === 0 }).mul(0.25)],
  ['mean', (x, graph) => x.mean(graph.int(x.ndim), { keepdim: graph.int(2) === 0 })],
  [
    'sum of several',
    (x, graph) => x.sum(graph.dims(x.ndim), { keepdim: graph.int(2) === 0 }).mul(1 / Math.sqrt(x.size)),
  ],
  ['mean and back', (x, graph) => x.sub(x.mean(graph.dims(x.ndim), { keepdim: true }))],
  [
    'product',
    (x, graph) => {
      const dim = graph.int(x.ndim);
      const near1 = x
        .sin()
        .mul(1 / (x.shape[dim] as number))
        .add(1);
      return near1.prod(dim, { keepdim: graph.int(2) === 0 });
    },
  ],
  ['norm', (x, graph) => x.square().sum(graph.dims(x.ndim), { keepdim: true }).add(0.5).sqrt()],
  ['variance', (x, graph) => x.var(graph.int(x.ndim), { correction: 0, keepdim: true })],
  ['amax', (x, graph) => x.add(graph.leaf(x.shape)).amax(graph.int(x.ndim), { keepdim: true })],
  ['amax of a sum', (x, graph) => x.mul(tilted(x, graph).amax(graph.int(x.ndim), { keepdim: true }))],
  [
    'largest of a sum',
    (x, graph) => {
      const sum = tilted(x, graph);
      return x.mul(sum.eq(sum.amax(graph.int(x.ndim), { keepdim: true })).to(x.dtype));
    },
  ],
  ['argmax', (x, graph) => graph.leaf(x.shape).argmax(graph.int(x.ndim), { keepdim: true }).to(x.dtype).mul(0.1)],
  ['softmax', (x, graph) => x.softmax(graph.int(x.ndim))],
  [
    'logSoftmax',
    (x, graph) => {
      const dim = graph.int(x.ndim);
      // Around 0: the sum of many would be so large that the last of its bits decides about its sine.
      return x.logSoftmax(dim).add(Math.log(x.shape[dim] as number));
    },
  ],
  ['normalize', (x, graph) => normalize(x, [graph.int(x.ndim)])],
  ['normalize over several', (x, graph) => normalize(x, graph.dims(x.ndim))],
  ['flatten', (x) => x.reshape([-1])],
  ['split a dimension', (x, graph) => folded(x, graph)],
  ['flip', (x, graph) => x.flip(graph.int(x.ndim))],
  ['every second', (x, graph) => x.slice(graph.int(x.ndim), 0, undefined, 2)],
  ['from the second', (x, graph) => x.slice(graph.int(x.ndim), 1)],
  ['roll', (x, graph) => x.roll(graph.int(5), graph.int(x.ndim))],
  ['pad', (x, graph) => x.pad([graph.int(3), graph.int(4)])],
  ['pad with the edge', (x, graph) => padded(x, graph, 'replicate')],
  ['pad around', (x, graph) => padded(x, graph, 'circular')],
  ['pad inside', (x, graph) => spaced(x, graph)],
  ['repeat', (x) => (x.ndim < 4 ? x.unsqueeze(0).expand([3, ...x.shape]) : undefined)],
  ['outer', (x, graph) => (x.size <= 40 ? x.unsqueeze(-1).mul(graph.leaf([graph.pick(extents)])) : undefined)],
  ['add positions', (x) => x.add(arange(0, x.shape.at(-1) as number, 1, { dtype: x.dtype }).mul(0.05))],
  ['join', (x, graph) => cat([x, x.cos(), x.neg()], graph.int(x.ndim))],
  [
    'join with another',
    (x, graph) => {
      const dim = graph.int(x.ndim);
      return cat([graph.neighbor(x, dim), x.tanh(), zeros(x.shape, { dtype: x.dtype })], dim);
    },
  ],
  [
    'join what is joined',
    (x, graph) => {
      const [inner, outer] = [graph.int(x.ndim), graph.int(x.ndim)];
      const joined = cat([x, graph.leaf(x.shape)], inner);
      return cat([joined.sin(), joined, joined.slice(outer, 0, 0)], outer);
    },
  ],
  [
    'join and part',
    (x, graph) => {
      const dim = graph.int(x.ndim);
      const joined = cat([x.sin(), graph.neighbor(x, dim)], dim);
      return joined.slice(dim, 1).mul(joined.slice(dim, 0, -1).cos());
    },
  ],
  [
    'stack',
    (x, graph) => (x.ndim < 4 ? stack([x, x.exp().tanh(), x.mean().expand(x.shape)], graph.int(2)) : undefined),
  ],
  ['running sum', (x, graph) => x.mul(0.25).cumsum(graph.int(x.ndim)).tanh()],
  [
    'running product',
    (x, graph) => {
      const dim = graph.int(x.ndim);
      return x
        .sin()
        .mul(1 / (x.shape[dim] as number))
        .add(1)
        .cumprod(dim);
    },
  ],
  ['sum from the end', (x, graph) => reversed(x, graph.int(x.ndim), (y, dim) => y.mul(0.25).cumsum(dim))],
  [
    'windows',
    (x, graph) => {
      const dim = graph.int(x.ndim);
      const size = Math.min(3, x.shape[dim] as number);
      return x.unfold(dim, size, 1 + graph.int(2)).mean(-1);
    },
  ],
  [
    'look up',
    (x, graph) => {
      const dim = graph.int(x.ndim);
      return x.indexSelect(dim, graph.positions(graph.int(9) + 1, x.shape[dim] as number));
    },
  ],
  [
    'look up what is computed',
    (x, graph) => {
      const dim = graph.int(x.ndim);
      const size = x.shape[dim] as number;
      const index = arange(graph.int(7) + 1)
        .to('int32')
        .mul(3)
        .add(1)
        .remainder(size);
      return x.sin().indexSelect(dim, index);
    },
  ],
  [
    'gather',
    (x, graph) => {
      const dim = graph.int(x.ndim);
      return x.gather(dim, graph.leaf(x.shape).argmax(dim, { keepdim: true })).add(x.mul(0.5));
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
  [
    'turn state',
    (x, graph) => moved(graph.state(x.shape), (old) => old.flip(graph.int(x.ndim)).add(x.tanh()).mul(0.5)).mul(x),
  ],
  [
    'push state',
    (x, graph) => {
      const dim = graph.int(x.ndim);
      const newest = x.sin().slice(dim, 0, 1);
      return moved(graph.state(x.shape), (old) => cat([old.slice(dim, 1), newest], dim)).add(x);
    },
  ],
  [
    'center state',
    (x, graph) => moved(graph.state(x.shape), (old) => old.sub(old.mean(graph.int(x.ndim), { keepdim: true }))).mul(x),
  ],
  [
    'running statistics',
    (x, graph) => {
      const dim = graph.int(x.ndim);
      const others = x.shape.map((_, d) => d).filter((d) => d !== dim);
      if (others.length === 0) return undefined;
      const mean = x.mean(others, { keepdim: true });
      const running = moved(graph.state(mean.shape), (old) => old.mul(0.9).add(mean.mul(0.1)));
      return x.sub(mean).add(running);
    },
  ],
];

const products: readonly Step[] = [
  ['transpose', (x, graph) => x.transpose(graph.int(x.ndim), graph.int(x.ndim))],
  [
    'linear',
    (x, graph) => {
      const width = x.shape.at(-1) as number;
      return x.matmul(graph.leaf([width, graph.pick(extents)])).mul(1 / Math.sqrt(width));
    },
  ],
  [
    'linear layer',
    (x, graph) => {
      const [width, wide] = [x.shape.at(-1) as number, graph.pick(extents)];
      const made = x.tanh().matmul(graph.leaf([width, wide]));
      return made
        .mul(1 / width)
        .add(graph.leaf([wide]))
        .sigmoid();
    },
  ],
  [
    'residual',
    (x, graph) => {
      const width = x.shape.at(-1) as number;
      const inside = normalize(x, [x.ndim - 1]).matmul(graph.leaf([width, width]));
      return x.add(inside.mul(0.5 / Math.sqrt(width)).tanh());
    },
  ],
  ['gram', (x) => x.matmul(x.transpose(-1, -2)).mul(1 / (x.shape.at(-1) as number))],
  [
    'attention',
    (x) => {
      const scores = x.matmul(x.transpose(-1, -2)).mul(1 / Math.sqrt(x.shape.at(-1) as number));
      return scores.tril().softmax(-1).matmul(x);
    },
  ],
  ['product and its sums', (x, graph) => summed(x.matmul(graph.leaf([x.shape.at(-1) as number, 5])), graph)],
  ['convolution', (x, graph) => convolved(x, graph)?.add(0.5)],
  [
    'convolution and more',
    (x, graph) =>
      convolved(x.tanh().pad([1, 1]), graph)
        ?.mul(0.5)
        .tanh(),
  ],
  ['scan of what is turned', (x) => x.transpose(0, 1).reshape([-1]).mul(0.1).cumsum(0).tanh()],
  [
    'scatter of what is turned',
    (x, graph) => {
      const turned = x
        .transpose(0, -1)
        .reshape([x.shape.at(-1) as number, -1])
        .sin();
      const size = graph.int(6) + 1;
      const index = graph.positions(turned.shape[1] as number, size);
      return zeros([turned.shape[0] as number, size], { dtype: x.dtype }).indexAdd(1, index, turned);
    },
  ],
  [
    'embed',
    (x, graph) => {
      const positions = graph.positions(x.size, 5).reshape(x.shape).transpose(0, 1).reshape([-1]);
      const rows = graph.leaf([5, 3]).indexSelect(0, positions);
      return rows.mul(x.transpose(0, 1).reshape([-1, 1]));
    },
  ],
  [
    'recurrence',
    (x, graph) => {
      const shape = x.shape.slice(1);
      const start = graph.int(2) === 0 ? x.mean(0) : zeros(shape, { dtype: x.dtype });
      const { carry, outputs } = recurrence(
        ([h], [now], [w]) => {
          const next = (h as Tensor)
            .mul(0.5)
            .add((now as Tensor).mul(w as Tensor))
            .tanh();
          return { carry: [next], outputs: [next.add(0.25), next.mul(now as Tensor)] };
        },
        { carry: [start], sequences: [x], shared: [graph.leaf(shape)], reverse: graph.int(2) === 0 },
      );
      return graph.pick(outputs).add(carry[0] as Tensor);
    },
  ],
  [
    'recurrence of a layer',
    (x, graph) => {
      const rows = x.reshape([x.shape[0] as number, 1, -1]).tanh();
      const width = rows.shape[2] as number;
      if (width > 40) return undefined;
      const [weight, other] = [graph.leaf([width, width]), graph.leaf([1, width])];
      const { carry, outputs } = recurrence(
        ([h, c], [now, turned], [w]) => {
          const inside = (h as Tensor)
            .matmul(w as Tensor)
            .mul(1 / width)
            .add(now as Tensor);
          const cell = (c as Tensor).mul(inside.sigmoid()).add((turned as Tensor).mul(0.5));
          return { carry: [cell.tanh(), h as Tensor], outputs: [cell] };
        },
        { carry: [other.sin(), other], sequences: [rows, rows.flip(0).mul(0.5)], shared: [weight] },
      );
      return cat([...outputs, (carry[1] as Tensor).unsqueeze(0)], 0);
    },
  ],
];

export const ofScalars: readonly Step[] = pointwise;
export const ofOneDimension: readonly Step[] = [...pointwise, ...shaped];
export const ofSeveralDimensions: readonly Step[] = [...pointwise, ...shaped, ...products, ...products];

function normalize(x: Tensor, dims: readonly number[]): Tensor {
  const centered = x.sub(x.mean([...dims], { keepdim: true }));
  return centered.div(
    centered
      .square()
      .mean([...dims], { keepdim: true })
      .add(0.1)
      .sqrt(),
  );
}

/** Numbers of a tensor's shape, of which hardly any two are nearly equal, as a sum with a product of fewer dimensions. */
function tilted(x: Tensor, graph: Builder): Tensor {
  const dim = graph.int(x.ndim);
  const row = graph.leaf(x.shape.map((extent, d) => (d === dim ? 1 : extent)));
  return row.mul(0.7).add(graph.leaf(x.shape));
}

function draw(shape: readonly number[], { dtype }: Tensor, { generator }: Builder): Tensor {
  return rand(shape, { dtype, generator });
}

/** Has a state take over what is made of it; gives what it holds then. */
function moved(state: Tensor, next: (old: Tensor) => Tensor): Tensor {
  noGrad(() => state.assign(next(state).detach()));
  return state.mul(1);
}

function folded(x: Tensor, graph: Builder): Tensor | undefined {
  const dim = graph.int(x.ndim);
  const size = x.shape[dim] as number;
  const inner = [2, 3, 5].find((factor) => size % factor === 0 && size > factor) ?? 1;
  if (x.ndim > 3) return undefined;
  return x.reshape(x.shape.flatMap((extent, d) => (d === dim ? [extent / inner, inner] : [extent])));
}

function padded(x: Tensor, graph: Builder, mode: 'replicate' | 'circular'): Tensor {
  const counts = [graph.int(2), Math.min(graph.int(3), x.shape.at(-1) as number)];
  return x.pad(counts, { mode });
}

/** Zeros between the elements: what the gradient of a strided slice does. */
function spaced(x: Tensor, graph: Builder): Tensor {
  const dim = graph.int(x.ndim);
  const only = (count: number) => x.shape.map((_, d) => (d === dim ? count : 0));
  return apply('pad', [x.cos()], { before: only(graph.int(2)), after: only(graph.int(2)), interior: only(1) });
}

function reversed(x: Tensor, dim: number, body: (x: Tensor, dim: number) => Tensor): Tensor {
  return body(x.flip(dim), dim).flip(dim);
}

/** A product that somebody reads whole and somebody else by rows or columns. */
function summed(product: Tensor, graph: Builder): Tensor {
  return product.mul(0.2).sub(product.sum(graph.int(product.ndim), { keepdim: true }).mul(0.1));
}

/** A convolution over the last dimensions, with a bias for each feature. */
function convolved(x: Tensor, graph: Builder): Tensor | undefined {
  const image = x.ndim === 2 ? x.unsqueeze(0) : x;
  const [, channels, ...sizes] = image.shape as [number, number, ...number[]];
  if (sizes.length === 0 || sizes.length > 2) return undefined;
  const groups = channels % 2 === 0 && graph.int(2) === 0 ? 2 : 1;
  const features = groups * (1 + graph.int(3));
  const widths = sizes.map((size) => Math.min(size, 1 + graph.int(3)));
  const weight = graph.leaf([features, channels / groups, ...widths]);
  const each = (count: number) => sizes.map(() => count);
  const output = apply('convolution', [image, weight], {
    stride: each(1 + graph.int(2)),
    before: each(graph.int(2)),
    after: each(graph.int(2)),
    inputDilation: each(1),
    kernelDilation: each(1),
    groups,
  });
  return output.mul(0.3).add(graph.leaf([features, ...each(1)]));
}
