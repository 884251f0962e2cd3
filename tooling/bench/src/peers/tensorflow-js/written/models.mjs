import { gpt } from './gpt.mjs';
import { ownLayers } from './own-layers.mjs';

const adamW = { weightDecay: 0.01, maxNorm: 1 };

/** For each training workload a model of the library's layers; they carry the names of Even Keel's, and its weights. */
export const models = {
  W1(tf, state) {
    const { dense } = tf.layers;
    const layers = [
      dense({ name: 'layers.0', inputShape: [784], units: 512, activation: 'relu' }),
      dense({ name: 'layers.2', units: 512, activation: 'relu' }),
      dense({ name: 'layers.4', units: 10 }),
    ];
    return { classes: 10, model: loaded(tf, tf.sequential({ layers }), state) };
  },
  W2(tf, state) {
    const { LayerNorm } = ownLayers(tf);
    return deepMLP(tf, state, (name) => new LayerNorm({ name }));
  },
  W2b: (tf, state) => deepMLP(tf, state, (name) => batchNorm(tf, name)),
  W3(tf, state) {
    const { conv2d, activation, maxPooling2d, flatten, dense } = tf.layers;
    const options = { kernelSize: 3, padding: 'same' };
    const layers = [
      conv2d({ name: '0', inputShape: [28, 28, 1], filters: 16, ...options }),
      batchNorm(tf, '1'),
      activation({ activation: 'relu' }),
      maxPooling2d({ poolSize: 2 }),
      conv2d({ name: '4', filters: 32, ...options }),
      batchNorm(tf, '5'),
      activation({ activation: 'relu' }),
      maxPooling2d({ poolSize: 2 }),
      flatten(),
      dense({ name: '9', units: 10 }),
    ];
    // Its features come as [height, width, channels] here.
    const { shape, data } = state['9.weight'];
    const [channels, places] = [32, 7 * 7];
    const byPlace = data.map((_value, index) => {
      const [row, place, channel] = [
        Math.floor(index / shape[1]),
        Math.floor(index / channels) % places,
        index % channels,
      ];
      return data[row * shape[1] + channel * places + place];
    });
    const last = { shape, data: byPlace };
    const model = loaded(tf, tf.sequential({ layers }), { ...state, '9.weight': last });
    return { classes: 10, inputShape: [64, 28, 28, 1], model };
  },
  W4: (tf, state) => ({ ...adamW, classes: 65, model: loaded(tf, gpt(tf), state) }),
};

function deepMLP(tf, state, norm) {
  const { dense, activation } = tf.layers;
  const layers = [];
  for (let layer = 0; layer < 18; layer += 3) {
    const first = layer === 0 ? { inputShape: [784] } : {};
    layers.push(
      dense({ name: `${layer}`, units: 256, ...first }),
      norm(`${layer + 1}`),
      activation({ activation: 'relu' }),
    );
  }
  layers.push(dense({ name: '18', units: 10 }));
  return { ...adamW, classes: 10, model: loaded(tf, tf.sequential({ layers }), state) };
}

function batchNorm(tf, name) {
  return tf.layers.batchNormalization({ name, momentum: 0.9, epsilon: 1e-5 });
}

/** The model with the weights of Even Keel's state dict, matrices and filters turned to TensorFlow's order. */
function loaded(tf, model, state) {
  const orders = { 2: [1, 0], 4: [2, 3, 1, 0] };
  for (const layer of model.layers) {
    const weights = [];
    for (const key of ['weight', 'bias', 'running_mean', 'running_var']) {
      const given = state[`${layer.name}.${key}`] ?? state[`${layer.name}_${key}`];
      if (!given) continue;
      const value = tf.tensor(given.data, given.shape);
      const isTable = layer.name.includes('embedding');
      weights.push(isTable ? value : tf.transpose(value, orders[value.rank]));
    }
    if (weights.length > 0) layer.setWeights(weights);
  }
  return model;
}
