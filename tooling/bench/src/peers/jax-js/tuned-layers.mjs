/**
 * The layers of the workloads as they are fastest in jax-js on wasm. Every use of an array but the last takes a `.ref`, as its
 * ownership asks.
 */
export function layers({ numpy: np, nn, lax }) {
  return {
    linear: (x, weight, bias) => np.matmul(x, weight.transpose()).add(bias),

    layerNorm(x, weight, bias) {
      const centered = x.ref.sub(x.mean(-1, { keepdims: true }));
      const variance = np.square(centered.ref).mean(-1, { keepdims: true });
      return centered
        .div(np.sqrt(variance.add(1e-5)))
        .mul(weight)
        .add(bias);
    },

    /** With the gradients written out: two thirds of the time of those that `vjp` derives. */
    layerNormBothWays(x, dy, weight, bias) {
      const mean = (values) => values.mean(-1, { keepdims: true });
      const centered = x.ref.sub(mean(x));
      const inverse = np.reciprocal(np.sqrt(mean(np.square(centered.ref)).add(1e-5)));
      const normalized = centered.mul(inverse.ref);
      const y = normalized.ref.mul(weight.ref).add(bias);
      const dWeight = dy.ref.mul(normalized.ref).sum(0);
      const dBias = dy.ref.sum(0);
      const d = dy.mul(weight);
      const slope = normalized.ref.mul(mean(d.ref.mul(normalized)));
      const dx = d.ref.sub(mean(d)).sub(slope).mul(inverse);
      return [y, dx, dWeight, dBias];
    },

    /** Over all axes but the second; also gives the new running mean and variance. */
    batchNorm(x, weight, bias, runningMean, runningVariance) {
      const axes = x.shape.map((_, axis) => axis).filter((axis) => axis !== 1);
      const shape = x.shape.map((size, axis) => (axis === 1 ? size : 1));
      const count = x.size / x.shape[1];
      const mean = x.ref.mean(axes, { keepdims: true });
      const centered = x.sub(mean.ref);
      const variance = np.square(centered.ref).mean(axes, { keepdims: true });
      const track = (running, value) => running.mul(0.9).add(lax.stopGradient(value).ravel().mul(0.1));
      const tracked = [track(runningMean, mean), track(runningVariance, variance.ref.mul(count / (count - 1)))];
      const scaled = centered.div(np.sqrt(variance.add(1e-5))).mul(weight.reshape(shape));
      return [scaled.add(bias.reshape(shape)), ...tracked];
    },

    /** 3×3, padding 1, `[N, C, H, W]`, as one product with the nine shifted images. */
    convolve(x, weight, bias) {
      const [batch, channels, height, width] = x.shape;
      const filters = weight.shape[0];
      const padded = np.pad(x.transpose([1, 0, 2, 3]), [
        [0, 0],
        [0, 0],
        [1, 1],
        [1, 1],
      ]);
      const shifted = [];
      for (let row = 0; row < 3; row++) {
        for (let column = 0; column < 3; column++) {
          shifted.push(padded.ref.slice([], [], [row, row + height], [column, column + width]));
        }
      }
      padded.dispose();
      const patches = np.stack(shifted, 1).reshape([channels * 9, batch * height * width]);
      const product = np.matmul(weight.reshape([filters, channels * 9]), patches);
      const image = product.reshape([filters, batch, height, width]).transpose([1, 0, 2, 3]);
      return image.add(bias.reshape([1, -1, 1, 1]));
    },

    /** The largest of each 2×2 square of `[N, C, H, W]`. */
    maxPool(x) {
      const [batch, channels, height, width] = x.shape;
      return np.max(x.reshape([batch, channels, height / 2, 2, width / 2, 2]), [3, 5]);
    },

    crossEntropy(logits, labels) {
      const classes = logits.shape.at(-1);
      const picked = nn.logSoftmax(logits, -1).mul(nn.oneHot(labels, classes));
      return picked.sum(-1).mean().mul(-1);
    },
  };
}
