import type { Tensor } from '@evenkeel/tensor';

/** The parts of a block: transformers' name and ours. */
const parts = [
  ['ln_1', 'norm1'],
  ['attn.c_proj', 'self_attn.out_proj'],
  ['ln_2', 'norm2'],
  ['mlp.c_fc', 'linear1'],
  ['mlp.c_proj', 'linear2'],
] as const;

/**
 * From the state dict of transformers' `GPT2LMHeadModel` (the published `gpt2*` checkpoints) to that of `GPT`; also from
 * `GPT2Model`'s, whose names lack the prefix `transformer.`. Other names stay, for `loadStateDict` to complain about.
 *
 * | transformers | here |
 * |---|---|
 * | `transformer.wte`, `transformer.wpe` | `token_embedding`, `position_embedding` |
 * | `transformer.h.N.` | `encoder.layers.N.` |
 * | `ln_1`, `ln_2`; `attn.c_proj`; `mlp.c_fc`, `mlp.c_proj` | `norm1`, `norm2`; `self_attn.out_proj`; `linear1`, `linear2` |
 * | `attn.c_attn.weight`, `.bias` | `self_attn.in_proj_weight`, `in_proj_bias` |
 * | `transformer.ln_f`, `lm_head` | `encoder.norm`, `head` (the token embedding, where the file leaves it out) |
 * | `attn.bias`, `attn.masked_bias` | nothing: they are the causal mask |
 *
 * GPT-2's projections are stored `[in, out]` (its `Conv1D`) and are transposed here. Its GELU is the tanh approximation, so the
 * model for the smallest is `new GPT(50257, { contextLength: 1024, dModel: 768, nhead: 12, numLayers: 12, activation: 'gelu-tanh' })`.
 *
 * @param stateDict tensors by transformers' names, as a safetensors file holds them
 * @returns tensors for `GPT.loadStateDict`; nothing is copied, the transposed ones are views
 */
export function fromGPT2(stateDict: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
  const mapped = new Map<string, Tensor>();
  for (const [name, value] of stateDict) {
    const ours = ourName(name);
    if (ours) mapped.set(ours, isConv1D(name) ? value.t() : value);
  }
  const embedding = mapped.get('token_embedding.weight');
  if (embedding && !mapped.has('head.weight')) mapped.set('head.weight', embedding);
  return mapped;
}

/**
 * The other way: `GPT`'s state dict under transformers' names and in its layout, without the masks, which are no weights.
 * `toGPT2(model.stateDict())`, written as safetensors, is a file that `GPT2LMHeadModel` loads.
 */
export function toGPT2(stateDict: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
  const mapped = new Map<string, Tensor>();
  for (const [name, value] of stateDict) {
    const theirs = theirName(name);
    mapped.set(theirs, isConv1D(theirs) ? value.t() : value);
  }
  return mapped;
}

function ourName(name: string): string | undefined {
  if (/\.attn\.(masked_)?bias$/.test(name)) return undefined;
  const bare = name.replace(/^transformer\./, '');
  const block = /^h\.(\d+)\.(.+)\.(weight|bias)$/.exec(bare);
  if (!block) {
    return bare
      .replace(/^wte\./, 'token_embedding.')
      .replace(/^wpe\./, 'position_embedding.')
      .replace(/^ln_f\./, 'encoder.norm.')
      .replace(/^lm_head\./, 'head.');
  }
  const [, index, part, kind] = block;
  if (part === 'attn.c_attn') return `encoder.layers.${index}.self_attn.in_proj_${kind}`;
  const ours = parts.find(([theirs]) => theirs === part)?.[1] ?? part;
  return `encoder.layers.${index}.${ours}.${kind}`;
}

function theirName(name: string): string {
  const block = /^encoder\.layers\.(\d+)\.(.+)[._](weight|bias)$/.exec(name);
  if (!block) {
    return name
      .replace(/^token_embedding\./, 'transformer.wte.')
      .replace(/^position_embedding\./, 'transformer.wpe.')
      .replace(/^encoder\.norm\./, 'transformer.ln_f.')
      .replace(/^head\./, 'lm_head.');
  }
  const [, index, part, kind] = block;
  const theirs = part === 'self_attn.in_proj' ? 'attn.c_attn' : (parts.find(([, ours]) => ours === part)?.[0] ?? part);
  return `transformer.h.${index}.${theirs}.${kind}`;
}

function isConv1D(name: string): boolean {
  return /\.(c_attn|c_proj|c_fc)\.weight$/.test(name);
}
