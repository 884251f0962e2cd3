const adamW = { weightDecay: 0.01, maxNorm: 1 };

/** For each training workload a model of the given layers: the loss from parameters by the names of Even Keel's state dict. */
export const models = {
  W1: (jax, layers) => {
    const { linear, crossEntropy } = layers(jax);
    return {
      loss(p, buffers, x, y) {
        let hidden = x;
        for (const layer of [0, 2, 4]) {
          hidden = linear(hidden, p[`layers.${layer}.weight`], p[`layers.${layer}.bias`]);
          if (layer !== 4) hidden = jax.nn.relu(hidden);
        }
        return [crossEntropy(hidden, y), buffers];
      },
    };
  },
  W2: (jax, layers) => ({ ...adamW, loss: deepMLP(jax, layers(jax), layers(jax).layerNorm) }),
  W2b: (jax, layers) => ({ ...adamW, loss: deepMLP(jax, layers(jax), layers(jax).batchNorm) }),
  W3: (jax, layers) => {
    const { linear, convolve, batchNorm, maxPool, crossEntropy } = layers(jax);
    return {
      loss(p, buffers, x, y) {
        const newBuffers = {};
        let image = x;
        for (const layer of [0, 4]) {
          image = convolve(image, p[`${layer}.weight`], p[`${layer}.bias`]);
          image = maxPool(jax.nn.relu(tracked(batchNorm, image, p, buffers, newBuffers, `${layer + 1}`)));
        }
        const logits = linear(image.reshape([image.shape[0], -1]), p['9.weight'], p['9.bias']);
        return [crossEntropy(logits, y), newBuffers];
      },
    };
  },
  W4: (jax, layers) => ({ ...adamW, loss: gpt(jax, layers(jax)) }),
};

function deepMLP(jax, { linear, crossEntropy }, norm) {
  return (p, buffers, x, y) => {
    const newBuffers = {};
    let hidden = x;
    for (let layer = 0; layer < 18; layer += 3) {
      hidden = linear(hidden, p[`${layer}.weight`], p[`${layer}.bias`]);
      hidden = jax.nn.relu(tracked(norm, hidden, p, buffers, newBuffers, `${layer + 1}`));
    }
    return [crossEntropy(linear(hidden, p['18.weight'], p['18.bias']), y), newBuffers];
  };
}

/** A norm, with running statistics if it has them. */
function tracked(norm, x, p, buffers, newBuffers, name) {
  const [weight, bias] = [p[`${name}.weight`], p[`${name}.bias`]];
  if (!buffers[`${name}.running_mean`]) return norm(x, weight, bias);
  const names = [`${name}.running_mean`, `${name}.running_var`];
  const [result, ...statistics] = norm(x, weight, bias, ...names.map((key) => buffers[key]));
  for (const [index, key] of names.entries()) newBuffers[key] = statistics[index];
  return result;
}

function gpt({ numpy: np, nn }, { linear, layerNorm, crossEntropy }) {
  const [heads, depth] = [4, 4];
  return (p, buffers, x, y) => {
    const [batch, length] = x.shape;
    const [vocabulary, width] = p['token_embedding.weight'].shape;
    // The gradient of a product is a product; that of a lookup would be a slow loop.
    const tokens = np.matmul(nn.oneHot(x.ravel(), vocabulary), p['token_embedding.weight']);
    let stream = tokens.reshape([batch, length, width]).add(p['position_embedding.weight']);
    for (let block = 0; block < depth; block++) {
      const at = (name) => p[`encoder.layers.${block}.${name}`];
      const affine = (name) => [at(`${name}.weight`), at(`${name}.bias`)];
      const normed = layerNorm(stream.ref, ...affine('norm1'));
      const projected = linear(normed, at('self_attn.in_proj_weight'), at('self_attn.in_proj_bias'));
      const [q, k, v] = np.split(projected, 3, -1).map((part) => part.reshape([batch, length, heads, width / heads]));
      const attended = nn.dotProductAttention(q, k, v, { isCausal: true }).reshape([batch, length, width]);
      stream = stream.add(linear(attended, ...affine('self_attn.out_proj')));
      const inner = nn.gelu(linear(layerNorm(stream.ref, ...affine('norm2')), ...affine('linear1')), {
        approximate: false,
      });
      stream = stream.add(linear(inner, ...affine('linear2')));
    }
    const last = layerNorm(stream, p['encoder.norm.weight'], p['encoder.norm.bias']);
    const logits = np.matmul(last, p['head.weight'].transpose());
    return [crossEntropy(logits.reshape([batch * length, vocabulary]), y.ravel()), buffers];
  };
}
