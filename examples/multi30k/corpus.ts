import { join } from 'node:path';
import { BytePairTokenizer, type Dataset } from '@evenkeel/data';
import { readText } from '@evenkeel/data/node';

/** Token ids, German and English. The target stands between start and end token. */
export type Pair = { readonly source: Int32Array; readonly target: Int32Array };

export interface Corpus {
  readonly german: BytePairTokenizer;
  readonly english: BytePairTokenizer;
  readonly train: readonly Pair[];
  readonly validation: readonly Pair[];
  readonly test: readonly Pair[];
  /** The test set's English sentences as people wrote them. */
  readonly references: readonly string[];
}

export const PADDING = '<pad>';
export const START = '<start>';
export const END = '<end>';

/** Multi30k (Elliott et al. 2016): photo captions in German and English, and byte-pair tokenizers learned from its training part. */
export function readCorpus(folder: string, vocabularySize: number): Corpus {
  const lines = (part: string, language: string): string[] =>
    readText(join(folder, `${part}.${language}.gz`))
      .trim()
      .split('\n');
  const learn = (language: string) =>
    BytePairTokenizer.train(lines('train', language).map(asInside), {
      vocabularySize,
      specials: [PADDING, START, END],
    });
  const [german, english] = [learn('de'), learn('en')];
  const pairs = (part: string): Pair[] => {
    const targets = lines(part, 'en');
    return lines(part, 'de').map((line, i) => ({
      source: german.encode(asInside(line)),
      target: between(english, asInside(targets[i] as string)),
    }));
  };
  return {
    german,
    english,
    train: pairs('train'),
    validation: pairs('val'),
    test: pairs('test_2016_flickr'),
    references: lines('test_2016_flickr', 'en'),
  };
}

export function asDataset(pairs: readonly Pair[]): Dataset<Pair> {
  return { length: pairs.length, get: (index) => pairs[index] as Pair };
}

/** With a blank before it, the first word of a sentence is the token that it is inside one. */
function asInside(line: string): string {
  return ` ${line}`;
}

function between(tokenizer: BytePairTokenizer, text: string): Int32Array {
  return Int32Array.of(tokenizer.id(START), ...tokenizer.encode(text), tokenizer.id(END));
}
