import { IndexError } from '@evenkeel/errors';
import { indexAdd, scope, type Tensor, tensor, zeros } from '@evenkeel/tensor';

/** Weighted edges as lists; edge e takes `weight[e]` of node `source[e]` to node `target[e]`. */
export interface EdgeList {
  nodes: number;
  /** int32 `[E]` */
  source: Tensor;
  /** int32 `[E]` */
  target: Tensor;
  /** float `[E]` */
  weight: Tensor;
}

/** The matrix that nodes exchange features by: dense `[nodes, nodes]`, or its entries that are not zero as a list. */
export type Graph = Tensor | EdgeList;

/**
 * D^(−1/2) (A + I) D^(−1/2) of an undirected graph without weights, as an edge list: each node also hears itself, and
 * every entry is divided by the roots of both degrees. Kipf and Welling 2017, equation 2.
 *
 * @param edges pairs of nodes, each edge once in either direction; repeats and loops count once
 * @throws IndexError for a node outside 0 … nodes − 1
 */
export function normalizedGraph(edges: Iterable<readonly [number, number]>, nodes: number): EdgeList {
  const neighbors = Array.from({ length: nodes }, (_, node) => new Set([node]));
  for (const [a, b] of edges) {
    const [first, second] = [neighbors[a], neighbors[b]];
    if (!first || !second) {
      throw new IndexError('an edge ends outside the graph', {
        op: 'normalizedGraph',
        got: `edge ${a}–${b}`,
        expected: `nodes from 0 to ${nodes - 1}`,
      });
    }
    first.add(b);
    second.add(a);
  }
  const [source, target, weight]: [number[], number[], number[]] = [[], [], []];
  for (const [node, own] of neighbors.entries()) {
    for (const other of [...own].sort((a, b) => a - b)) {
      source.push(other);
      target.push(node);
      weight.push(1 / Math.sqrt(own.size * (neighbors[other]?.size ?? 1)));
    }
  }
  return {
    nodes,
    source: tensor(Int32Array.from(source)).keep(),
    target: tensor(Int32Array.from(target)).keep(),
    weight: tensor(Float64Array.from(weight)).keep(),
  };
}

/** The matrix `[nodes, nodes]` of an edge list: row = target, column = source. */
export function denseGraph({ nodes, source, target, weight }: EdgeList): Tensor {
  return scope(() =>
    indexAdd(zeros([nodes * nodes], { dtype: weight.dtype }), 0, target.mul(nodes).add(source), weight).reshape([
      nodes,
      nodes,
    ]),
  );
}

/** The product of a graph's matrix with the features of its nodes `[nodes, C]`. */
export function propagate(graph: Graph, features: Tensor): Tensor {
  return scope(() => {
    if (!('source' in graph)) return graph.matmul(features);
    const messages = features.indexSelect(0, graph.source).mul(graph.weight.unsqueeze(1));
    const nothing = zeros([graph.nodes, features.shape[1] ?? 0], { dtype: messages.dtype });
    return indexAdd(nothing, 0, graph.target, messages);
  });
}
