/**
 * Causal self-attention from the projected `[N·T, 3·width]` to `[N·T, width]`, as one operation with its own gradient: every factor
 * that a product needs transposed is transposed before.
 */
export function causalAttention(tf, { batch, length, width, heads }) {
  const depth = width / heads;
  const scale = 1 / Math.sqrt(depth);
  const blocked = tf.tidy(() => tf.mul(tf.sub(tf.linalg.bandPart(tf.ones([length, length]), -1, 0), 1), 1e30));
  const turn = (x) => tf.transpose(x, [0, 2, 1]);
  const product = (a, b) => tf.matMul(a, b);
  /** `[3, N, T, H, D]` to `[3, N·H, T, D]`, and back. */
  const split = (x) =>
    tf.reshape(tf.transpose(tf.reshape(x, [batch, length, 3, heads, depth]), [2, 0, 3, 1, 4]), [3, -1, length, depth]);
  const join = (parts) =>
    tf.reshape(
      tf.transpose(tf.reshape(tf.stack(parts), [parts.length, batch, heads, length, depth]), [1, 3, 0, 2, 4]),
      [batch * length, parts.length * width],
    );

  return tf.customGrad((x, save) => {
    const [q, k, v] = tf.unstack(split(x));
    const weights = tf.softmax(tf.add(tf.mul(product(q, turn(k)), scale), blocked));
    save([q, k, v, weights]);
    const gradFunc = (dy, [q, k, v, weights]) => {
      const dOut = tf.reshape(tf.transpose(tf.reshape(dy, [batch, length, heads, depth]), [0, 2, 1, 3]), [
        -1,
        length,
        depth,
      ]);
      const dWeights = product(dOut, turn(v));
      const inner = tf.sub(dWeights, tf.sum(tf.mul(dWeights, weights), -1, true));
      const dScores = tf.mul(tf.mul(weights, inner), scale);
      return join([product(dScores, k), product(turn(dScores), q), product(turn(weights), dOut)]);
    };
    return { value: join([product(weights, v)]), gradFunc };
  });
}
