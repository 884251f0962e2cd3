/**
 * Layers that the library has none of, written as its guide says: a class with weights in `build` and operations in `call`. It has a
 * layer normalization, whose gradient adds up a slice for each feature, so that a step of W4 takes ten seconds; nobody would stay
 * with that, so here is one of its own operations.
 */
export function ownLayers(tf) {
  class LayerNorm extends tf.layers.Layer {
    static className = 'LayerNorm';

    build(shape) {
      const width = shape.at(-1);
      this.gamma = this.addWeight('gamma', [width], 'float32', tf.initializers.ones());
      this.beta = this.addWeight('beta', [width], 'float32', tf.initializers.zeros());
      this.built = true;
    }

    call(inputs) {
      return tf.tidy(() => layerNorm(tf, one(inputs), this.gamma.read(), this.beta.read()));
    }
  }

  class PositionEmbedding extends tf.layers.Layer {
    static className = 'PositionEmbedding';

    build([, length, width]) {
      this.table = this.addWeight('table', [length, width], 'float32', tf.initializers.zeros());
      this.built = true;
    }

    call(inputs) {
      return tf.tidy(() => tf.add(one(inputs), this.table.read()));
    }
  }

  /** From queries, keys and values side by side, `[N, T, 3·width]`, to `[N, T, width]`. */
  class CausalAttention extends tf.layers.Layer {
    static className = 'CausalAttention';

    constructor({ heads, ...config }) {
      super(config);
      this.heads = heads;
    }

    computeOutputShape([batch, length, width]) {
      return [batch, length, width / 3];
    }

    call(inputs) {
      return tf.tidy(() => {
        const x = one(inputs);
        const [, length, width] = this.computeOutputShape(x.shape);
        const depth = width / this.heads;
        const [q, k, v] = tf
          .split(x, 3, -1)
          .map((part) => tf.transpose(tf.reshape(part, [-1, length, this.heads, depth]), [0, 2, 1, 3]));
        const scores = tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(depth));
        const allowed = tf.linalg.bandPart(tf.ones([length, length]), -1, 0);
        const weights = tf.softmax(tf.add(scores, tf.mul(tf.sub(allowed, 1), 1e9)));
        return tf.reshape(tf.transpose(tf.matMul(weights, v), [0, 2, 1, 3]), [-1, length, width]);
      });
    }
  }

  return { LayerNorm, PositionEmbedding, CausalAttention };
}

/** Over the last axis. */
export function layerNorm(tf, x, weight, bias) {
  const { mean, variance } = tf.moments(x, -1, true);
  const normalized = tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, 1e-5)));
  return tf.add(tf.mul(normalized, weight), bias);
}

/** What a layer is called with is one tensor or a list of one. */
function one(inputs) {
  return Array.isArray(inputs) ? inputs[0] : inputs;
}
