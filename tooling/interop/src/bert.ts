import type { Tensor } from '@evenkeel/tensor';
import { type PrefixMap, rename } from './rename.ts';

const bertNames: PrefixMap = [
  // 0, 1, 2, …: not a weight.
  ['bert.embeddings.position_ids', null],
  // What guessed from the first token whether one sentence follows another.
  ['bert.pooler.', null],
  ['cls.seq_relationship.', null],
];

/**
 * From the state dict of transformers' `BertForPreTraining` (the published `bert-*` checkpoints) or `BertForMaskedLM` to
 * that of `BERTForMaskedTokens`: all names are the same. What guesses the next sentence is dropped, and the decoder's bias,
 * which newer files hold under two names, is given the second one where a file has only the first.
 */
export function fromBERT(stateDict: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
  const mapped = rename(stateDict, bertNames);
  const bias = mapped.get('cls.predictions.bias');
  if (bias && !mapped.has('cls.predictions.decoder.bias')) mapped.set('cls.predictions.decoder.bias', bias);
  return mapped;
}
