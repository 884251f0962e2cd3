import type { PrefixMap } from './rename.ts';

/**
 * From the state dict of transformers' `BertForPreTraining` (the published `bert-*` checkpoints) to that of
 * `BERTForMaskedTokens`: all names are the same but these.
 */
export const bertNames: PrefixMap = [
  // 0, 1, 2, …: not a weight.
  ['bert.embeddings.position_ids', null],
  // The head that guessed whether one sentence follows another.
  ['cls.seq_relationship.', null],
  ['cls.predictions.bias', 'cls.predictions.decoder.bias'],
];
