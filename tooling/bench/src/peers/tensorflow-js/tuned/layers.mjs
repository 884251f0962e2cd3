/**
 * The layers of the workloads in TensorFlow.js's terms, with gradients of our own where its are slow in wasm: its products with a
 * transposed factor run at a twentieth of the speed of the others, sums over rows likewise, and the gradients of convolution, of max
 * pooling and of lookups have no wasm kernel at all.
 */
export function layers(tf) {
  /** The sum over the rows of a matrix, as a product. */
  const sumRows = (x, factor = 1) => tf.reshape(tf.matMul(tf.fill([1, x.shape[0]], factor), x), [x.shape[1]]);

  return {
    sumRows,

    /** x W + b, then ReLU if asked; `isFirst` leaves out the gradient of the input. */
    dense(x, weight, bias, { activation = 'linear', isFirst = false } = {}) {
      const run = tf.customGrad((x, weight, bias, save) => {
        const y = tf.fused.matMul({ a: x, b: weight, bias, activation });
        save(activation === 'relu' ? [x, weight, y] : [x, weight]);
        const gradFunc = (dy, [x, weight, y]) => {
          const d = y ? tf.mul(dy, tf.step(y)) : dy;
          return [isFirst ? x : tf.matMul(d, tf.transpose(weight)), tf.matMul(tf.transpose(x), d), sumRows(d)];
        };
        return { value: y, gradFunc };
      });
      return run(x, weight, bias);
    },

    /** Over the last axis of a matrix. */
    layerNorm(x, weight, bias) {
      const run = tf.customGrad((x, weight, bias, save) => {
        const centered = tf.sub(x, tf.mean(x, -1, true));
        const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(centered), -1, true), 1e-5));
        const normalized = tf.mul(centered, inverse);
        save([normalized, inverse, weight]);
        const gradFunc = (dy, [normalized, inverse, weight]) => {
          const product = tf.mul(dy, normalized);
          const d = tf.mul(dy, weight);
          const slope = tf.mul(normalized, tf.mean(tf.mul(d, normalized), -1, true));
          const dx = tf.mul(tf.sub(tf.sub(d, tf.mean(d, -1, true)), slope), inverse);
          return [dx, sumRows(product), sumRows(dy)];
        };
        return { value: tf.add(tf.mul(normalized, weight), bias), gradFunc };
      });
      return run(x, weight, bias);
    },

    /** Over the rows of a matrix; `track(mean, variance)` sees the batch's, the variance unbiased. */
    batchNorm(x, weight, bias, track) {
      const run = tf.customGrad((x, weight, bias, save) => {
        const rows = x.shape[0];
        const mean = sumRows(x, 1 / rows);
        const centered = tf.sub(x, mean);
        const variance = sumRows(tf.square(centered), 1 / rows);
        track(mean, tf.mul(variance, rows / (rows - 1)));
        const inverse = tf.rsqrt(tf.add(variance, 1e-5));
        const normalized = tf.mul(centered, inverse);
        save([normalized, inverse, weight]);
        const gradFunc = (dy, [normalized, inverse, weight]) => {
          const [dWeight, dBias] = [sumRows(tf.mul(dy, normalized)), sumRows(dy)];
          const slope = tf.add(tf.mul(normalized, tf.div(dWeight, rows)), tf.div(dBias, rows));
          return [tf.mul(tf.sub(dy, slope), tf.mul(weight, inverse)), dWeight, dBias];
        };
        return { value: tf.add(tf.mul(normalized, weight), bias), gradFunc };
      });
      return run(x, weight, bias);
    },

    /** 3×3, padding 1, `[N, H, W, C]`; the gradients are convolutions too. */
    convolve(x, filter, bias, { isFirst = false } = {}) {
      const run = tf.customGrad((x, filter, bias, save) => {
        save([x, filter]);
        const gradFunc = (dy, [x, filter]) => {
          const turned = tf.transpose(tf.reverse(filter, [0, 1]), [0, 1, 3, 2]);
          const padded = tf.pad(x, [
            [0, 0],
            [1, 1],
            [1, 1],
            [0, 0],
          ]);
          // Channels take the place of the batch, the batch that of the channels.
          const slopes = tf.conv2d(tf.transpose(padded, [3, 1, 2, 0]), tf.transpose(dy, [1, 2, 0, 3]), 1, 'valid');
          return [
            isFirst ? x : tf.conv2d(dy, turned, 1, 'same'),
            tf.transpose(slopes, [1, 2, 0, 3]),
            sumRows(tf.reshape(dy, [-1, dy.shape[3]])),
          ];
        };
        return { value: tf.fused.conv2d({ x, filter, strides: 1, pad: 'same', bias }), gradFunc };
      });
      return run(x, filter, bias);
    },

    /** The largest of each 2×2 square; the gradient goes where it was. */
    maxPool(x) {
      const run = tf.customGrad((x, save) => {
        const y = tf.maxPool(x, 2, 2, 'valid');
        save([x, y]);
        const gradFunc = (dy, [x, y]) => {
          const size = [x.shape[1], x.shape[2]];
          const isLargest = tf.cast(tf.equal(x, tf.image.resizeNearestNeighbor(y, size)), 'float32');
          return tf.mul(isLargest, tf.image.resizeNearestNeighbor(dy, size));
        };
        return { value: y, gradFunc };
      });
      return run(x);
    },

    relu(x) {
      const run = tf.customGrad((x, save) => {
        const y = tf.relu(x);
        save([y]);
        return { value: y, gradFunc: (dy, [y]) => tf.mul(dy, tf.step(y)) };
      });
      return run(x);
    },

    /** By the error function. */
    gelu(x) {
      const run = tf.customGrad((x, save) => {
        const share = tf.mul(tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1), 0.5);
        save([x, share]);
        const gradFunc = (dy, [x, share]) => {
          const density = tf.mul(tf.exp(tf.mul(tf.square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
          return tf.mul(dy, tf.add(share, tf.mul(x, density)));
        };
        return { value: tf.mul(x, share), gradFunc };
      });
      return run(x);
    },

    /** The mean over rows of −log softmax at the label; labels as rows of zeros and a one. */
    crossEntropy(logits, oneHot) {
      const run = tf.customGrad((logits, save) => {
        const rows = logits.shape[0];
        const likely = tf.softmax(logits);
        save([likely]);
        const value = tf.div(tf.sum(tf.log(tf.sum(tf.mul(likely, oneHot), -1))), -rows);
        const gradFunc = (dy, [likely]) => tf.mul(tf.sub(likely, oneHot), tf.div(dy, rows));
        return { value, gradFunc };
      });
      return run(logits);
    },
  };
}
