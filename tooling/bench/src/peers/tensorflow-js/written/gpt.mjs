import { ownLayers } from './own-layers.mjs';

const [length, width, heads, depth, vocabulary] = [64, 128, 4, 4, 65];

/** The GPT, as a model of the library's layers and of some of its own. */
export function gpt(tf) {
  const { embedding, dense, add } = tf.layers;
  const { LayerNorm, PositionEmbedding, CausalAttention } = ownLayers(tf);
  const layerNorm = (name) => new LayerNorm({ name });

  const tokens = tf.input({ shape: [length], dtype: 'int32' });
  const embedded = embedding({ name: 'token_embedding', inputDim: vocabulary, outputDim: width }).apply(tokens);
  let stream = new PositionEmbedding({ name: 'position_embedding' }).apply(embedded);
  for (let block = 0; block < depth; block++) {
    const named = (name) => `encoder.layers.${block}.${name}`;
    const projected = dense({ name: named('self_attn.in_proj'), units: 3 * width }).apply(
      layerNorm(named('norm1')).apply(stream),
    );
    const attended = new CausalAttention({ name: named('self_attn'), heads }).apply(projected);
    const mixed = dense({ name: named('self_attn.out_proj'), units: width }).apply(attended);
    stream = add().apply([stream, mixed]);
    const inner = dense({ name: named('linear1'), units: 4 * width, activation: 'gelu' }).apply(
      layerNorm(named('norm2')).apply(stream),
    );
    stream = add().apply([stream, dense({ name: named('linear2'), units: width }).apply(inner)]);
  }
  const last = layerNorm('encoder.norm').apply(stream);
  const logits = dense({ name: 'head', units: vocabulary, useBias: false }).apply(last);
  return tf.model({ inputs: tokens, outputs: logits });
}
