import { Dropout, init, Module, ModuleList, Parameter } from '@evenkeel/nn-layers';
import { scope, type Tensor, zeros } from '@evenkeel/tensor';
import { type Graph, propagate } from './graph.ts';

/**
 * Â X W + b: each node takes the weighted sum of its neighbors' transformed features; Kipf and Welling 2017.
 *
 * `weight [inFeatures, outFeatures]` starts Xavier-uniform, `bias [outFeatures]` at zero. Features `[nodes, inFeatures]`
 * to `[nodes, outFeatures]`; the graph as `normalizedGraph` makes it, or as a dense matrix.
 *
 * ```ts
 * const graph = normalizedGraph([[0, 1], [1, 2]], 3);
 * console.log(new GraphConvolution(4, 2).call(randn([3, 4]), graph).shape); // prints [ 3, 2 ]
 * ```
 */
export class GraphConvolution extends Module {
  weight: Parameter;
  bias: Parameter | undefined;

  constructor(inFeatures: number, outFeatures: number, options: { bias?: boolean } = {}) {
    super();
    this.weight = new Parameter(zeros([inFeatures, outFeatures]));
    if (options.bias ?? true) this.bias = new Parameter(zeros([outFeatures]));
    this.resetParameters();
  }

  /** Draws the matrix anew; the bias to zero. */
  resetParameters(): void {
    init.xavierUniform_(this.weight);
    if (this.bias) init.zeros_(this.bias);
  }

  override forward(features: Tensor, graph: Graph): Tensor {
    return scope(() => {
      // Transformed first: there are fewer features after than before.
      const heard = propagate(graph, features.matmul(this.weight));
      return this.bias ? heard.add(this.bias) : heard;
    });
  }
}

export interface GCNOptions {
  /** Features of each hidden layer (default `[16]`). */
  hidden?: readonly number[];
  /** Probability of dropout before each layer (default 0.5). */
  dropout?: number;
}

/**
 * A graph convolutional network that sorts nodes into classes: dropout and graph convolution, with ReLU between.
 *
 * Features `[nodes, inFeatures]` to logits `[nodes, classes]`. Kipf and Welling 2017, Semi-supervised classification
 * with graph convolutional networks; the defaults are its settings for Cora. Parameters: `convolutions.N.*`.
 *
 * ```ts
 * const graph = normalizedGraph([[0, 1], [1, 2], [3, 4]], 5);
 * console.log(new GCN(10, 2).call(randn([5, 10]), graph).shape); // prints [ 5, 2 ]
 * ```
 */
export class GCN extends Module {
  dropout: Dropout;
  convolutions: ModuleList<GraphConvolution>;

  constructor(inFeatures: number, classes: number, options: GCNOptions = {}) {
    super();
    const { hidden = [16], dropout = 0.5 } = options;
    this.dropout = new Dropout(dropout);
    const sizes = [inFeatures, ...hidden, classes];
    this.convolutions = new ModuleList(
      sizes.slice(1).map((size, layer) => new GraphConvolution(sizes[layer] ?? 0, size)),
    );
  }

  override forward(features: Tensor, graph: Graph): Tensor {
    return scope(() => {
      let output = features;
      for (const [layer, convolution] of [...this.convolutions].entries()) {
        const input = this.dropout.call(layer === 0 ? output : output.relu());
        output = convolution.call(input, graph);
      }
      return output;
    });
  }
}
