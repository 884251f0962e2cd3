import { ConfigError, ShapeError } from '@evenkeel/errors';
import {
  Dropout,
  Embedding,
  gelu,
  init,
  LayerNorm,
  Linear,
  Module,
  type TransformerActivation,
  TransformerEncoder,
  TransformerEncoderLayer,
} from '@evenkeel/nn-layers';
import { arange, noGrad, scope, type Tensor, tensor } from '@evenkeel/tensor';
import { atLast } from './at-last.ts';
import { inEvaluation } from './in-evaluation.ts';
import { type SamplingOptions, sampleTokens } from './sampling.ts';
import { untilEnd } from './until-end.ts';

export interface GPTOptions {
  /** The most tokens it sees at once (default 128). */
  contextLength?: number;
  /** Features of each token (default 128). */
  dModel?: number;
  /** Attention heads (default 4). */
  nhead?: number;
  /** Default 4. */
  numLayers?: number;
  /** Features inside the feed-forward networks (default 4 · dModel). */
  dimFeedforward?: number;
  /** Default 0.1. */
  dropout?: number;
  /**
   * Inside the feed-forward networks, by name or as a function of one tensor (default `gelu`). GPT-2 was trained with `gelu-tanh`,
   * the approximation ½x · (1 + tanh(√(2/π) · (x + 0.044715x³))), which differs by up to 5e-4.
   */
  activation?: TransformerActivation | 'gelu-tanh';
  /** Whether the output head is the token embedding's matrix (default true, as in GPT-2). */
  tieWeights?: boolean;
  /** Whether what is computed inside of a block is computed anew for `backward()` instead of kept: less memory, more time (default false). */
  checkpoint?: boolean;
}

const tanhGelu = (input: Tensor): Tensor => gelu(input, { approximate: 'tanh' });

export interface GPTGenerateOptions extends SamplingOptions {
  /** How many tokens are added at most. */
  maxNewTokens: number;
  /** A token after which a sequence ends. */
  endToken?: number;
}

/**
 * A decoder-only Transformer over token ids: learned positions, pre-LN blocks with GELU, causal attention, a last norm.
 *
 * Radford et al. 2019, Language models are unsupervised multitask learners. Weights start as N(0, 0.02²), those of the
 * projections back into the residual stream divided by √(2 · layers); biases at zero.
 * Parameters: `token_embedding`, `position_embedding`, `encoder.layers.N.*`, `encoder.norm`, `head`; published ones come by
 * `fromGPT2`.
 *
 * @throws ConfigError for sizes that do not fit, or an activation that there is not
 *
 * ```ts
 * const model = new GPT(50, { contextLength: 16, dModel: 32, numLayers: 2 });
 * const [text] = await model.generate([[3, 1, 4]], { maxNewTokens: 5, temperature: 0.8, topK: 10 });
 * console.log(text.length); // prints 5
 * ```
 */
export class GPT extends Module {
  readonly vocabularySize: number;
  readonly contextLength: number;
  token_embedding: Embedding;
  position_embedding: Embedding;
  dropout: Dropout;
  encoder: TransformerEncoder;
  head: Linear;

  constructor(vocabularySize: number, options: GPTOptions = {}) {
    super();
    const { contextLength = 128, dModel = 128, nhead = 4, numLayers = 4, dropout = 0.1, tieWeights = true } = options;
    const { activation = 'gelu' } = options;
    this.vocabularySize = vocabularySize;
    this.contextLength = contextLength;
    this.token_embedding = new Embedding(vocabularySize, dModel);
    this.position_embedding = new Embedding(contextLength, dModel);
    this.dropout = new Dropout(dropout);
    const layer = new TransformerEncoderLayer(dModel, nhead, {
      dimFeedforward: options.dimFeedforward ?? 4 * dModel,
      dropout,
      activation: activation === 'gelu-tanh' ? tanhGelu : activation,
      batchFirst: true,
      normFirst: true,
    });
    const norm = new LayerNorm(dModel);
    this.encoder = new TransformerEncoder(layer, numLayers, { norm, checkpoint: options.checkpoint ?? false });
    this.head = new Linear(dModel, vocabularySize, { bias: false });
    if (tieWeights) this.head.weight = this.token_embedding.weight;
    this.resetParameters();
  }

  /** Draws every matrix anew; biases to zero. Norms stay. */
  resetParameters(): void {
    for (const [name, parameter] of this.namedParameters()) {
      const intoResidual = name.endsWith('out_proj.weight') || name.endsWith('linear2.weight');
      const std = intoResidual ? 0.02 / Math.sqrt(2 * this.encoder.layers.length) : 0.02;
      if (parameter.ndim > 1) init.normal_(parameter, { std });
      else if (name.endsWith('bias')) init.zeros_(parameter);
    }
  }

  /**
   * @param tokens int32 `[N, T]` with T up to the context length
   * @returns logits `[N, T, vocabulary]` of the token after each
   */
  override forward(tokens: Tensor): Tensor {
    return scope(() => this.head.call(this.hidden(tokens)));
  }

  /**
   * Continues each prompt, reading and drawing one token at a time; in evaluation mode, whatever mode the model is in.
   *
   * @param prompts token ids, all of one length, at least one each
   * @returns the new tokens of each, without the end token
   */
  async generate(prompts: readonly (readonly number[])[], options: GPTGenerateOptions): Promise<number[][]> {
    const { maxNewTokens, endToken } = options;
    const length = prompts[0]?.length ?? 0;
    if (length === 0 || prompts.some((prompt) => prompt.length !== length)) {
      throw new ConfigError('the prompts are empty or differ in length', {
        op: 'GPT.generate',
        got: `lengths ${prompts.map((prompt) => prompt.length).join(', ')}`,
        expected: 'at least one token each, the same number in all',
      });
    }
    return inEvaluation(this, async () => {
      const sequences = prompts.map((prompt) => [...prompt]);
      const ended = prompts.map(() => false);
      for (let made = 0; made < maxNewTokens && ended.includes(false); made++) {
        const logits = noGrad(() => this.nextLogits(sequences));
        const next = await sampleTokens(logits, options);
        logits.release();
        for (const [row, token] of next.entries()) {
          if (token === endToken) ended[row] = true;
          sequences[row]?.push(token);
        }
      }
      return sequences.map((sequence) => untilEnd(sequence.slice(length), endToken));
    });
  }

  /** The logits after the last token `[N, vocabulary]`, from as much of each sequence as the context holds. */
  private nextLogits(sequences: readonly (readonly number[])[]): Tensor {
    const tokens = tensor(
      sequences.map((sequence) => sequence.slice(-this.contextLength)),
      { dtype: 'int32' },
    );
    return this.head.call(atLast(tokens, this.contextLength, (all) => this.hidden(all)));
  }

  private hidden(tokens: Tensor): Tensor {
    const length = tokens.shape[1] ?? 0;
    if (tokens.ndim !== 2 || length > this.contextLength) {
      throw new ShapeError('the tokens do not fit the context', {
        op: 'GPT',
        got: `[${tokens.shape.join(', ')}]`,
        expected: `[N, T] with T up to ${this.contextLength}`,
      });
    }
    const embedded = this.token_embedding.call(tokens).add(this.position_embedding.call(arange(length)));
    return this.encoder.call(this.dropout.call(embedded), { isCausal: true });
  }
}
