import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type SafeTensor, safeTensor } from '@evenkeel/formats';
import { writeSafetensorsFile } from '@evenkeel/formats/node';
import type { Tensor } from '@evenkeel/tensor';
import type { Corpus, Pair } from './corpus.ts';

/** What a run is made of, beside its weights and batches; plain JSON for the twin in PyTorch. */
export interface Settings {
  readonly vocabulary: readonly [source: number, target: number];
  readonly model: Readonly<Record<string, number | string | boolean>>;
  readonly optimizer: { readonly betas: readonly [number, number]; readonly eps: number; readonly weightDecay: number };
  readonly labelSmoothing: number;
  readonly clip: number;
  readonly batchSize: number;
  readonly padding: readonly [source: number, target: number];
  readonly start: number;
  readonly end: number;
  /** The most tokens of a translation. */
  readonly longest: number;
  /** Every so many steps a loss is printed. */
  readonly every: number;
}

/**
 * Writes all that another program needs to train the same model on the same batches: `settings.json`,
 * `initial.safetensors`, and `data.safetensors` with the token ids of every part, which pairs are in the batch of each
 * step (`order [steps, batch]`), and the learning rate of each step (`rates [steps]`).
 */
export async function writeRecipe(folder: string, { settings, weights, corpus, order, rates }: Recipe): Promise<void> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'settings.json'), `${JSON.stringify(settings, undefined, 2)}\n`);
  await writeWeights(join(folder, 'initial.safetensors'), weights);
  const parts = (['train', 'validation', 'test'] as const).flatMap((part) => [
    ...flattened(`${part}.source`, corpus[part], 'source'),
    ...flattened(`${part}.target`, corpus[part], 'target'),
  ]);
  await writeSafetensorsFile(
    join(folder, 'data.safetensors'),
    new Map([...parts, ['order', safeTensor(order, [rates.length, settings.batchSize])], ['rates', safeTensor(rates)]]),
  );
}

interface Recipe {
  readonly settings: Settings;
  readonly weights: ReadonlyMap<string, Tensor>;
  readonly corpus: Corpus;
  readonly order: Int32Array;
  readonly rates: Float64Array;
}

/** A state dict as a file that PyTorch reads too. */
export async function writeWeights(path: string, weights: ReadonlyMap<string, Tensor>): Promise<void> {
  const stored = [...weights].map(async ([name, value]): Promise<[string, SafeTensor]> => {
    return [name, safeTensor((await value.data()) as Float32Array, value.shape)];
  });
  await writeSafetensorsFile(path, new Map(await Promise.all(stored)));
}

/** Sequences one after the other, and how long each is. */
function flattened(name: string, pairs: readonly Pair[], side: keyof Pair): [string, SafeTensor][] {
  return [
    [name, safeTensor(Int32Array.from(pairs.flatMap((pair) => [...pair[side]])))],
    [`${name}.lengths`, safeTensor(Int32Array.from(pairs, (pair) => pair[side].length))],
  ];
}
