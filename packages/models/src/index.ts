export { GPT, type GPTGenerateOptions, type GPTOptions } from './gpt.ts';
export { MLP, type MLPOptions } from './mlp.ts';
export type { SamplingOptions } from './sampling.ts';
export {
  type Seq2SeqGenerateOptions,
  type Seq2SeqInputs,
  Seq2SeqTransformer,
  type Seq2SeqTransformerOptions,
} from './seq2seq-transformer.ts';
