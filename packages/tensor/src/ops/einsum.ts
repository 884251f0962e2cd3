import { sizeOf } from '@evenkeel/backend';
import { ShapeError } from '@evenkeel/errors';
import * as ops from '../autograd/operations.ts';
import { scope } from '../engine/scope.ts';
import type { Tensor } from '../tensor.ts';
import { toFloat } from './broadcast.ts';
import { diagonal } from './indexing.ts';

/** A tensor whose dimensions have names. */
interface Named {
  readonly labels: readonly string[];
  readonly tensor: Tensor;
}

/**
 * Einstein's summation: `einsum('bij,bjk->bik', a, b)`. Labels that are not in the output are summed; without `->` the output
 * has the labels that occur once, in alphabetical order; `...` stands for dimensions that broadcast. Tensors are taken from left
 * to right, two at a time, each pair as one batched matrix product.
 */
export function einsum(equation: string, ...tensors: readonly Tensor[]): Tensor {
  const { inputs, output } = parse(equation, tensors);
  return scope(() => {
    const operands = tensors.map((tensor, i) =>
      withoutRepeats({ labels: inputs[i] as string[], tensor: toFloat(tensor) }),
    );
    let result = operands[0] as Named;
    operands.slice(1).forEach((next, i) => {
      const later = new Set([...output, ...operands.slice(i + 2).flatMap(({ labels }) => labels)]);
      result = contract(result, next, later);
    });
    result = sumOut(result, new Set(output));
    return ops.permute(
      result.tensor,
      output.map((label) => result.labels.indexOf(label)),
    );
  });
}

/** One pair as a batched matrix product: shared labels that stay are the batch, shared ones that go are contracted. */
function contract(first: Named, second: Named, stays: ReadonlySet<string>): Named {
  const a = sumOut(first, new Set([...stays, ...second.labels]));
  const b = sumOut(second, new Set([...stays, ...first.labels]));
  const shared = a.labels.filter((label) => b.labels.includes(label));
  const batch = shared.filter((label) => stays.has(label));
  const inner = shared.filter((label) => !stays.has(label));
  const rows = a.labels.filter((label) => !shared.includes(label));
  const columns = b.labels.filter((label) => !shared.includes(label));
  const extents = new Map<string, number>();
  for (const { labels, tensor } of [a, b]) {
    labels.forEach((label, d) => {
      const mine = tensor.shape[d] as number;
      extents.set(label, mine === 1 ? (extents.get(label) ?? 1) : mine);
    });
  }
  const shapeOf = (labels: readonly string[]) => labels.map((label) => extents.get(label) as number);
  const arrange = ({ labels, tensor }: Named, groups: readonly (readonly string[])[]): Tensor => {
    const order = groups.flat();
    const permuted = ops.permute(
      tensor,
      order.map((label) => labels.indexOf(label)),
    );
    const full = ops.expand(permuted, shapeOf(order));
    return ops.reshape(
      full,
      groups.map((group) => sizeOf(shapeOf(group))),
    );
  };
  const product = ops.matmul(arrange(a, [batch, rows, inner]), arrange(b, [batch, inner, columns]));
  const labels = [...batch, ...rows, ...columns];
  return { labels, tensor: ops.reshape(product, shapeOf(labels)) };
}

function sumOut({ labels, tensor }: Named, stays: ReadonlySet<string>): Named {
  const gone = labels.flatMap((label, d) => (stays.has(label) ? [] : [d]));
  if (gone.length === 0) return { labels, tensor };
  const kept = labels.filter((label) => stays.has(label));
  const summed = ops.sum(tensor, gone);
  const shape = tensor.shape.filter((_, d) => !gone.includes(d));
  return { labels: kept, tensor: ops.reshape(summed, shape) };
}

/** A label that occurs twice in one tensor means its diagonal. */
function withoutRepeats({ labels, tensor }: Named): Named {
  const again = labels.findIndex((label, d) => labels.indexOf(label) !== d);
  if (again === -1) return { labels, tensor };
  const label = labels[again] as string;
  const first = labels.indexOf(label);
  const rest = labels.filter((_, d) => d !== first && d !== again);
  return withoutRepeats({ labels: [...rest, label], tensor: diagonal(tensor, 0, first, again) });
}

function parse(equation: string, tensors: readonly Tensor[]) {
  const [left = '', right] = equation.replaceAll(' ', '').split('->');
  const terms = left.split(',');
  if (terms.length !== tensors.length) {
    throw new ShapeError(`einsum: ${terms.length} terms for ${tensors.length} tensors`, {
      op: 'einsum',
      got: equation,
    });
  }
  // Dimensions behind `...` are named from the back, '0' the last, so that they align.
  const inputs = terms.map((term, i) => {
    const { shape } = tensors[i] as Tensor;
    const named = [...term.replace('...', '')];
    const open = term.includes('...') ? shape.length - named.length : 0;
    if (open < 0 || named.length + open !== shape.length) {
      throw new ShapeError(`einsum: "${term}" does not fit [${shape}]`, {
        op: 'einsum',
        shapes: [shape],
        got: equation,
      });
    }
    const dots = Array.from({ length: open }, (_, d) => `${open - 1 - d}`);
    const [before = '', after = ''] = term.split('...');
    return [...before, ...dots, ...after];
  });
  const all = inputs.flat();
  const dots = [...new Set(all.filter((label) => /\d/.test(label)))].sort((a, b) => +b - +a);
  const once = [...new Set(all)]
    .filter((label) => /\D/.test(label) && all.indexOf(label) === all.lastIndexOf(label))
    .sort();
  const output =
    right === undefined
      ? [...dots, ...once]
      : right.includes('...')
        ? [...(right.split('...')[0] as string), ...dots, ...(right.split('...')[1] as string)]
        : [...right];
  const unknown = output.find((label) => !all.includes(label));
  if (unknown !== undefined) {
    throw new ShapeError(`einsum: the output names "${unknown}", which no tensor has`, {
      op: 'einsum',
      got: equation,
    });
  }
  expectEqualExtents(equation, inputs, tensors);
  return { inputs, output };
}

function expectEqualExtents(
  equation: string,
  inputs: readonly (readonly string[])[],
  tensors: readonly Tensor[],
): void {
  const extents = new Map<string, number>();
  inputs.forEach((labels, i) => {
    labels.forEach((label, d) => {
      const mine = (tensors[i] as Tensor).shape[d] as number;
      const before = extents.get(label) ?? 1;
      if (mine !== before && mine !== 1 && before !== 1) {
        throw new ShapeError(`einsum: "${label}" is both ${before} and ${mine}`, {
          op: 'einsum',
          shapes: tensors.map((tensor) => tensor.shape),
          got: equation,
        });
      }
      extents.set(label, mine === 1 ? before : mine);
    });
  });
}
