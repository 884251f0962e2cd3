import type { Tensor } from '@evenkeel/tensor';
import { type PrefixMap, rename } from './rename.ts';

const bertNames: PrefixMap = [
  ['bert.embeddings.position_ids', null],
  ['bert.pooler.', null],
  ['cls.seq_relationship.', null],
];

/**
 * From the state dict of transformers' `BertForPreTraining` (the published `bert-*` checkpoints) or `BertForMaskedLM` to
 * that of `BERTForMaskedTokens`.
 *
 * | transformers | here |
 * |---|---|
 * | `bert.embeddings.*`, `bert.encoder.*`, `cls.predictions.*` | the same |
 * | `bert.embeddings.position_ids` | nothing: it counts from 0 |
 * | `bert.pooler.*`, `cls.seq_relationship.*` | nothing: they guess whether one sentence follows another |
 * | `LayerNorm.gamma`, `LayerNorm.beta`, as the files of 2018 have it | `LayerNorm.weight`, `LayerNorm.bias` |
 * | `cls.predictions.bias` | also `cls.predictions.decoder.bias`, where a file has only the first |
 *
 * The way back needs no map: `stateDict()` has these names.
 *
 * @param stateDict tensors by transformers' names, as a safetensors file holds them
 * @returns tensors for `BERTForMaskedTokens.loadStateDict`; nothing is copied
 */
export function fromBERT(stateDict: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
  const mapped = new Map(
    [...rename(stateDict, bertNames)].map(([name, value]) => [
      name.replace(/\.LayerNorm\.gamma$/, '.LayerNorm.weight').replace(/\.LayerNorm\.beta$/, '.LayerNorm.bias'),
      value,
    ]),
  );
  const bias = mapped.get('cls.predictions.bias');
  if (bias && !mapped.has('cls.predictions.decoder.bias')) mapped.set('cls.predictions.decoder.bias', bias);
  return mapped;
}
