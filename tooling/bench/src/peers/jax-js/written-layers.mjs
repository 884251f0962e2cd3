/**
 * The layers of the workloads as jax-js's documentation and examples write them: its own convolution, windows, standardization and
 * derivatives. Every use of an array but the last takes a `.ref`, as its ownership asks.
 */
export function layers({ numpy: np, nn, lax, vjp }) {
  const layerNorm = (x, weight, bias) => nn.standardize(x, -1, { epsilon: 1e-5 }).mul(weight).add(bias);

  return {
    linear: (x, weight, bias) => np.dot(x, weight.transpose()).add(bias),

    layerNorm,

    /** Its value and the gradients of its three inputs, where that of the value is `dy`. */
    layerNormBothWays(x, dy, weight, bias) {
      const [y, pull] = vjp(layerNorm, [x, weight, bias]);
      const gradients = pull(dy);
      pull.dispose();
      return [y, ...gradients];
    },

    /** Over all axes but the second; also gives the new running mean and variance. */
    batchNorm(x, weight, bias, runningMean, runningVariance) {
      const axes = x.shape.map((_, axis) => axis).filter((axis) => axis !== 1);
      const shape = x.shape.map((size, axis) => (axis === 1 ? size : 1));
      const count = x.size / x.shape[1];
      const mean = np.mean(x.ref, axes, { keepdims: true });
      const variance = np.var_(x.ref, axes, { keepdims: true });
      const track = (running, value) => running.mul(0.9).add(lax.stopGradient(value).ravel().mul(0.1));
      const tracked = [track(runningMean, mean.ref), track(runningVariance, variance.ref.mul(count / (count - 1)))];
      const normalized = nn.standardize(x, axes, { mean, variance, epsilon: 1e-5 });
      return [normalized.mul(weight.reshape(shape)).add(bias.reshape(shape)), ...tracked];
    },

    /** 3×3, padding 1, `[N, C, H, W]`. */
    convolve: (x, weight, bias) => lax.conv(x, weight, [1, 1], 'SAME').add(bias.reshape([-1, 1, 1])),

    /** The largest of each 2×2 square of `[N, C, H, W]`. */
    maxPool: (x) => lax.reduceWindow(x, np.max, [2, 2], [2, 2]),

    crossEntropy(logits, labels) {
      const classes = logits.shape.at(-1);
      const picked = nn.logSoftmax(logits, -1).mul(nn.oneHot(labels, classes));
      return picked.sum(-1).mean().mul(-1);
    },
  };
}
