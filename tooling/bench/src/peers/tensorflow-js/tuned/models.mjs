import { causalAttention } from './attention.mjs';
import { layers } from './layers.mjs';

const adamW = { weightDecay: 0.01, maxNorm: 1 };
const momentum = 0.1;

/** For each training workload a model, from Even Keel's state dict; matrices are transposed to TensorFlow's `[in, out]`. */
export const models = {
  W1: (tf, state) => {
    const variables = variablesOf(tf, state);
    const { dense, crossEntropy } = layers(tf);
    return {
      variables,
      inputs: images(tf),
      loss(x, y) {
        let hidden = x;
        for (const layer of [0, 2, 4]) {
          const options = { activation: layer === 4 ? 'linear' : 'relu', isFirst: layer === 0 };
          hidden = dense(hidden, variables[`layers.${layer}.weight`], variables[`layers.${layer}.bias`], options);
        }
        return crossEntropy(hidden, y);
      },
    };
  },
  W2: (tf, state) => deepMLP(tf, state, () => layers(tf).layerNorm),
  W2b: (tf, state) => deepMLP(tf, state, (statistics) => trackedNorm(tf, statistics)),
  W3: (tf, state) => {
    const { '9.weight': last, ...others } = state;
    const variables = variablesOf(tf, others);
    // Its features come as [height, width, channels] here.
    const byPlace = tf.transpose(tf.tensor(last.data, [10, 32, 7, 7]), [2, 3, 1, 0]);
    variables['9.weight'] = tf.variable(tf.reshape(byPlace, [32 * 7 * 7, 10]), true, '9.weight');
    const statistics = statisticsOf(tf, state);
    const { dense, convolve, relu, maxPool, crossEntropy } = layers(tf);
    const norm = trackedNorm(tf, statistics);
    return {
      variables,
      inputs: (x, y) => [tf.tensor(x.data, [64, 28, 28, 1]), oneHot(tf, y, 10)],
      loss(x, y) {
        let image = x;
        for (const layer of [0, 4]) {
          const [weight, bias] = [variables[`${layer}.weight`], variables[`${layer}.bias`]];
          const mapped = convolve(image, weight, bias, { isFirst: layer === 0 });
          const rows = tf.reshape(mapped, [-1, mapped.shape[3]]);
          const name = `${layer + 1}`;
          const normed = norm(rows, variables[`${name}.weight`], variables[`${name}.bias`], name);
          image = maxPool(relu(tf.reshape(normed, mapped.shape)));
        }
        return crossEntropy(dense(tf.reshape(image, [64, -1]), variables['9.weight'], variables['9.bias']), y);
      },
    };
  },
  W4: (tf, state) => gpt(tf, state),
};

function deepMLP(tf, state, makeNorm) {
  const variables = variablesOf(tf, state);
  const { dense, relu, crossEntropy } = layers(tf);
  const norm = makeNorm(statisticsOf(tf, state));
  return {
    ...adamW,
    variables,
    inputs: images(tf),
    loss(x, y) {
      let hidden = x;
      for (let layer = 0; layer < 18; layer += 3) {
        const name = `${layer + 1}`;
        hidden = dense(hidden, variables[`${layer}.weight`], variables[`${layer}.bias`], { isFirst: layer === 0 });
        hidden = relu(norm(hidden, variables[`${name}.weight`], variables[`${name}.bias`], name));
      }
      return crossEntropy(dense(hidden, variables['18.weight'], variables['18.bias']), y);
    },
  };
}

function gpt(tf, state) {
  const variables = variablesOf(tf, state);
  const { dense, layerNorm, gelu, crossEntropy } = layers(tf);
  const [batch, length, width, heads, depth, vocabulary] = [16, 64, 128, 4, 4, 65];
  const attend = causalAttention(tf, { batch, length, width, heads });
  const noBias = tf.zeros([vocabulary]);
  const noOffset = tf.zeros([width]);
  return {
    ...adamW,
    variables,
    inputs: (x, y) => [oneHot(tf, x, vocabulary), oneHot(tf, y, vocabulary)],
    loss(x, y) {
      // A lookup as a product: the gradient of the one has no kernel, that of the other is a product.
      const tokens = dense(x, variables['token_embedding.weight'], noOffset, { isFirst: true });
      const placed = tf.add(tf.reshape(tokens, [batch, length, width]), variables['position_embedding.weight']);
      let stream = tf.reshape(placed, [batch * length, width]);
      for (let block = 0; block < depth; block++) {
        const at = (name) => variables[`encoder.layers.${block}.${name}`];
        const affine = (name) => [at(`${name}.weight`), at(`${name}.bias`)];
        const normed = layerNorm(stream, ...affine('norm1'));
        const attended = attend(dense(normed, at('self_attn.in_proj_weight'), at('self_attn.in_proj_bias')));
        stream = tf.add(stream, dense(attended, ...affine('self_attn.out_proj')));
        const inner = gelu(dense(layerNorm(stream, ...affine('norm2')), ...affine('linear1')));
        stream = tf.add(stream, dense(inner, ...affine('linear2')));
      }
      const last = layerNorm(stream, variables['encoder.norm.weight'], variables['encoder.norm.bias']);
      return crossEntropy(dense(last, variables['head.weight'], noBias), y);
    },
  };
}

/** Everything that is trained, under its name; embeddings are tables and stay as they are. */
function variablesOf(tf, state) {
  const trained = Object.entries(state).filter(([name]) => !/running_|num_batches/.test(name));
  return Object.fromEntries(
    trained.map(([name, { shape, data }]) => {
      const given = tf.tensor(data, shape);
      const isTable = name.includes('embedding');
      const order = shape.length === 4 ? [2, 3, 1, 0] : shape.length === 2 && !isTable ? [1, 0] : undefined;
      return [name, tf.variable(order ? tf.transpose(given, order) : given, true, name)];
    }),
  );
}

function statisticsOf(tf, state) {
  const kept = Object.entries(state).filter(([name]) => name.includes('running_'));
  return Object.fromEntries(kept.map(([name, { shape, data }]) => [name, tf.variable(tf.tensor(data, shape), false)]));
}

/** Batch normalization that moves its running statistics. */
function trackedNorm(tf, statistics) {
  const move = (running, value) => running.assign(tf.add(tf.mul(running, 1 - momentum), tf.mul(value, momentum)));
  return (x, weight, bias, name) =>
    layers(tf).batchNorm(x, weight, bias, (mean, variance) => {
      move(statistics[`${name}.running_mean`], mean);
      move(statistics[`${name}.running_var`], variance);
    });
}

function images(tf) {
  return (x, y) => [tf.tensor(x.data, x.shape), oneHot(tf, y, 10)];
}

function oneHot(tf, { data }, classes) {
  return tf.tidy(() => tf.cast(tf.oneHot(tf.tensor1d(data, 'int32'), classes), 'float32'));
}
