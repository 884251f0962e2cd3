import { layers } from './layers.mjs';
import { adam } from './training.mjs';

/** A kernel workload as a function that returns its outputs. */
export function kernel(tf, name, state, [first, second]) {
  const { layerNorm, gelu } = layers(tf);
  const loaded = (key) => tf.tensor(state[key].data, state[key].shape);
  const makers = {
    'layer-norm': () => {
      const [weight, bias] = [loaded('weight'), loaded('bias')];
      const bothWays = tf.valueAndGrads(layerNorm);
      return () => {
        const { value, grads } = bothWays([first, weight, bias], second);
        return [value, ...grads];
      };
    },
    softmax: () => () => [tf.softmax(first)],
    gelu: () => () => [tf.tidy(() => gelu(tf.add(tf.mul(first, 1.5), 0.25)))],
    adamw: () => {
      const variable = tf.variable(loaded('weight'));
      const moments = [0, 1].map(() => tf.variable(tf.zeros(variable.shape), false));
      return (done) => {
        tf.tidy(() => adam(tf, variable, first, ...moments, done + 1, 1e-5));
        return [tf.tidy(() => tf.slice(variable, 0, 1))];
      };
    },
    NN: () => () => [tf.matMul(first, second)],
    // Its own products with a transposed factor take ten times as long as this.
    TN: () => () => [tf.tidy(() => tf.matMul(tf.transpose(first), second))],
    NT: () => () => [tf.tidy(() => tf.matMul(first, tf.transpose(second)))],
  };
  return makers[name.replace(/^matmul-\d+-/, '')]();
}
