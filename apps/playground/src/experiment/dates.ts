import {
  DATE_VOCABULARY_SIZE,
  DataLoader,
  type DateSample,
  datesTask,
  decodeTarget,
  END,
  encodeSource,
  PADDING,
  START,
  TARGET_LENGTH,
} from '@evenkeel/data';
import { Seq2SeqTransformer } from '@evenkeel/models';
import { crossEntropy, init } from '@evenkeel/nn-layers';
import { AdamW } from '@evenkeel/optimizers';
import { constant, type Schedule, warmup } from '@evenkeel/schedulers';
import { compile, keep, manualSeed, noGrad, stack, type Tensor, tensor } from '@evenkeel/tensor';
import type { Contestant, Picture, Reading } from './contestant.ts';
import { Scales } from './scales.ts';
import type { DatesSettings, Side } from './settings.ts';
import type { Task } from './task.ts';

/** Test days that are shown. */
const SHOWN = 5;

type DatesBatch = { readonly [Name in keyof DateSample]: Tensor };

/** Written dates into ISO dates, by an encoder–decoder Transformer. */
export const dates: Task<DatesSettings, DatesBatch> = {
  layerNames: ({ depth }) =>
    ['encoder', 'decoder'].flatMap((part) => Array.from({ length: depth }, (_, index) => `${part} ${index + 1}`)),

  data: ({ batch, seed }) =>
    new DataLoader(datesTask().train, { batchSize: batch, shuffle: true, seed, dropLast: true }),

  contestant: (settings, side) => new DatesContestant(settings, side),
};

class DatesContestant implements Contestant<DatesBatch> {
  readonly #model: Seq2SeqTransformer;
  readonly #optimizer: AdamW;
  readonly #scales: Scales;
  readonly #learn: (batch: DatesBatch) => Tensor;
  readonly #setRate: (step: number) => void;
  readonly #shown: readonly { written: string; iso: string }[];
  readonly #source: Tensor;
  #steps = 0;

  constructor({ depth, width, lr, warmup: warmupSteps, seed, ...sides }: DatesSettings, side: Side) {
    // The same seed for both: their matrices begin alike.
    manualSeed(seed);
    const model = new Seq2SeqTransformer(DATE_VOCABULARY_SIZE, DATE_VOCABULARY_SIZE, {
      dModel: width,
      nhead: 4,
      numEncoderLayers: depth,
      numDecoderLayers: depth,
      dimFeedforward: 4 * width,
      dropout: 0,
      normFirst: sides[side] === 'pre',
      maxLength: 32,
    });
    // A head of zeros: whatever comes before it, both networks begin with the same loss.
    init.zeros_(model.head.weight);
    init.zeros_(model.head.bias!);
    const { encoder, decoder } = model.transformer;
    const blocks = [...encoder.layers.children(), ...decoder.layers.children()];
    const scales = new Scales(blocks.map((block) => ({ output: block, weights: block })));
    const optimizer = new AdamW(model.parameters(), { lr, betas: [0.9, 0.98], weightDecay: 0.01 });
    const level: Schedule = constant({ lr });
    const schedule = warmupSteps > 0 ? warmup(level, { steps: warmupSteps }) : level;
    this.#setRate = (step) => {
      for (const group of optimizer.paramGroups) group.lr = schedule(step).lr;
    };
    this.#model = model;
    this.#optimizer = optimizer;
    this.#scales = scales;
    this.#learn = compile(({ source, input, output }: DatesBatch) => {
      optimizer.zeroGrad();
      const logits = model.call(source, input, { sourcePaddingMask: source.eq(PADDING) });
      const loss = crossEntropy(logits.flatten(0, 1), output.flatten());
      loss.backward();
      const seen = scales.together(loss);
      optimizer.step();
      return seen;
    });
    const { test } = datesTask();
    this.#shown = Array.from({ length: SHOWN }, (_, index) => test.pair(index));
    this.#source = keep(stack(this.#shown.map(({ written }) => tensor(encodeSource(written), { dtype: 'int32' }))));
  }

  async step(batch: DatesBatch): Promise<Reading> {
    this.#setRate(this.#steps++);
    return this.#scales.reading(await this.#learn(batch).data());
  }

  async picture(): Promise<Picture> {
    const ids = await this.#model.generate(this.#source, {
      startToken: START,
      endToken: END,
      maxLength: TARGET_LENGTH,
      sourcePaddingMask: noGrad(() => this.#source.eq(PADDING)),
    });
    const answers = this.#shown.map(({ written, iso }, index) => ({ written, iso, answer: decodeTarget(ids[index]!) }));
    return { task: 'dates', answers };
  }

  remember(): () => void {
    const [state, steps] = [this.#optimizer.stateDict(), this.#steps];
    return () => {
      this.#steps = steps;
      this.#model.train();
      noGrad(() => this.#optimizer.loadStateDict(state));
    };
  }
}
