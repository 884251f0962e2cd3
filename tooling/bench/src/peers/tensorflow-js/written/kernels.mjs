import { layerNorm } from './own-layers.mjs';

/** A kernel workload as a function that returns its outputs, in the library's own operations and derivatives. */
export function kernel(tf, name, state, [first, second]) {
  const loaded = (key) => tf.tensor(state[key].data, state[key].shape);
  const makers = {
    'layer-norm': () => {
      const [weight, bias] = [loaded('weight'), loaded('bias')];
      const bothWays = tf.valueAndGrads((x, weight, bias) => layerNorm(tf, x, weight, bias));
      return () => {
        const { value, grads } = bothWays([first, weight, bias], second);
        return [value, ...grads];
      };
    },
    softmax: () => () => [tf.softmax(first)],
    gelu: () => () => [tf.tidy(() => gelu(tf, tf.add(tf.mul(first, 1.5), 0.25)))],
    adamw: () => {
      const variable = tf.variable(loaded('weight'), true, 'weight');
      const optimizer = tf.train.adam(1e-3, 0.9, 0.999, 1e-8);
      return () => {
        tf.tidy(() => variable.assign(tf.mul(variable, 1 - 1e-5)));
        optimizer.applyGradients({ weight: first });
        return [tf.tidy(() => tf.slice(variable, 0, 1))];
      };
    },
    NN: () => () => [tf.matMul(first, second)],
    TN: () => () => [tf.matMul(first, second, true, false)],
    NT: () => () => [tf.matMul(first, second, false, true)],
  };
  return makers[name.replace(/^matmul-\d+-/, '')]();
}

function gelu(tf, x) {
  return tf.mul(x, tf.mul(0.5, tf.add(1, tf.erf(tf.div(x, Math.SQRT2)))));
}
