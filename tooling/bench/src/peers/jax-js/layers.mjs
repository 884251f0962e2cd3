/** The layers of the workloads in jax-js's terms. Every use of an array but the last takes a `.ref`, as its ownership asks. */
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

    convolve: (x, weight, bias) => lax.convGeneralDilated(x, weight, [1, 1], 'SAME').add(bias.reshape([1, -1, 1, 1])),

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
