import { describe, expect, test } from 'vitest';
import { readText } from '../src/node/read-file.ts';
import { BytePairTokenizer } from '../src/text/byte-pair-tokenizer.ts';
import { learnMerges } from '../src/text/byte-pair-training.ts';
import { splitWords, WordVocabulary } from '../src/text/word-vocabulary.ts';
import { testWithData } from './real-data.ts';

describe('WordVocabulary', () => {
  const texts = ['a dog and a cat', 'A cat, a bird'];

  test('gives special words the first ids, then words by frequency and spelling', () => {
    const vocabulary = WordVocabulary.of(texts);
    expect(vocabulary.words).toEqual(['a', 'cat', ',', 'A', 'and', 'bird', 'dog']);
    expect([vocabulary.size, vocabulary.id('<pad>'), vocabulary.id('<eos>'), vocabulary.id('a')]).toEqual([
      11, 0, 3, 4,
    ]);
    expect([...vocabulary.encode('a cat and a fish')]).toEqual([4, 5, 8, 4, 1]);
  });

  test('leaves out rare words, upper case and what is beyond the size', () => {
    const vocabulary = WordVocabulary.of(texts, { minFrequency: 2, lowerCase: true });
    expect(vocabulary.words).toEqual(['a', 'cat']);
    expect([...vocabulary.encode('A DOG')]).toEqual([4, 1]);
    expect(WordVocabulary.of(texts, { maxSize: 5 }).words).toEqual(['a']);
    expect(() => WordVocabulary.of(texts, { maxSize: 4 })).toThrow(/maxSize 4 and 4 special/);
  });

  test('decodes to words with blanks between them, without special ones unless asked', () => {
    const vocabulary = WordVocabulary.of(texts);
    expect(vocabulary.decode([2, 4, 5, 1, 3, 0])).toBe('a cat <unk>');
    expect(vocabulary.decode([2, 4, 3], { keepSpecials: true })).toBe('<bos> a <eos>');
    expect(() => vocabulary.decode([11])).toThrow(/id 11[\s\S]*0 to 10/);
  });

  test('names an unknown word where there is no id for such', () => {
    const vocabulary = WordVocabulary.of(texts, { specials: ['<pad>'] });
    expect(() => vocabulary.encode('a fish')).toThrow(/"fish", word 2 of 2[\s\S]*<unk>/);
    expect(() => vocabulary.id('fish')).toThrow(/"fish"/);
  });

  test('goes through JSON, and refuses a word twice', () => {
    const vocabulary = WordVocabulary.of(texts, { lowerCase: true });
    const restored = WordVocabulary.fromJSON(JSON.parse(JSON.stringify(vocabulary)));
    expect([...restored.encode('Bird and fish')]).toEqual([...vocabulary.encode('Bird and fish')]);
    expect(() => WordVocabulary.fromJSON({ words: ['a', 'a'], specials: [], lowerCase: false })).toThrow(/"a" twice/);
  });

  test('keeps letters, marks and digits together and signs apart', () => {
    expect(splitWords("Büsche, don't 24h – 🎉!")).toEqual(['Büsche', ',', 'don', "'", 't', '24h', '–', '🎉', '!']);
  });
});

describe('learnMerges', () => {
  const names = (merges: readonly (readonly [number, number])[]) => {
    const tokenizer = new BytePairTokenizer({ merges, specials: [] });
    return merges.map((_, index) => tokenizer.decode([256 + index]));
  };

  test('learns what Sennrich et al. 2016 learn from low, lower, newest, widest', () => {
    // Their example gives es, est, est·, lo, low; the sign · for a word's end has no counterpart here.
    const counts = new Map([
      ['low', 5],
      ['lower', 2],
      ['newest', 6],
      ['widest', 3],
    ]);
    expect(names(learnMerges(counts, 4, 2))).toEqual(['es', 'est', 'lo', 'low']);
  });

  test('does not depend on the order of the pieces, and stops at rare pairs', () => {
    const counts: [string, number][] = [
      ['abab', 3],
      ['bcbc', 3],
      ['xy', 1],
    ];
    const merges = learnMerges(new Map(counts), 100, 2);
    expect(learnMerges(new Map(counts.toReversed()), 100, 2)).toEqual(merges);
    expect(names(merges)).toEqual(['ab', 'bc', 'abab', 'bcbc']);
    expect(names(learnMerges(new Map(counts), 100, 1))).toContain('xy');
  });
});

describe('BytePairTokenizer', () => {
  test('encodes the well-known example aaabdaaabac to XdXac', () => {
    const tokenizer = BytePairTokenizer.train(['aaabdaaabac'], { vocabularySize: 259 });
    const x = 258;
    expect([...tokenizer.encode('aaabdaaabac')]).toEqual([x, 100, x, 97, 99]);
  });

  test('brings any text back, learned or not', () => {
    const tokenizer = BytePairTokenizer.train(['the cat sat on the mat'], { vocabularySize: 270 });
    for (const text of ['the mat', '', ' \n\t two  blanks ', 'Größe 🎉 你好', '\ufeffx', "don't <pad>"]) {
      expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
    }
    expect(tokenizer.encode(' the').length).toBeLessThan(4);
  });

  test('never merges across words', () => {
    const tokenizer = BytePairTokenizer.train(['ab ab ab ab'], { vocabularySize: 300 });
    expect([...tokenizer.encode('ab ab')].map((id) => tokenizer.decode([id]))).toEqual(['ab', ' ab']);
  });

  test('gives special tokens the last ids; their names in a text are text', () => {
    const tokenizer = BytePairTokenizer.train(['ab cd ab cd'], { vocabularySize: 260, specials: ['<pad>', '<end>'] });
    expect([tokenizer.size, tokenizer.id('<pad>'), tokenizer.id('<end>')]).toEqual([260, 258, 259]);
    expect([...tokenizer.encode('<end>')]).not.toContain(259);
    expect(tokenizer.decode([97, 259])).toBe('a');
    expect(tokenizer.decode([97, 259], { keepSpecials: true })).toBe('a<end>');
    expect(() => tokenizer.id('<start>')).toThrow(/"<start>"[\s\S]*<pad>, <end>/);
    expect(() => tokenizer.decode([260])).toThrow(/id 260[\s\S]*0 to 259/);
  });

  test('goes through JSON, and refuses what cannot be', () => {
    const tokenizer = BytePairTokenizer.train(['to be or not to be'], { vocabularySize: 270, specials: ['<pad>'] });
    const restored = BytePairTokenizer.fromJSON(JSON.parse(JSON.stringify(tokenizer)));
    expect([...restored.encode('to be bee')]).toEqual([...tokenizer.encode('to be bee')]);
    expect(restored.id('<pad>')).toBe(tokenizer.id('<pad>'));
    expect(() => BytePairTokenizer.fromJSON({ merges: [[256, 97]], specials: [] })).toThrow(/merge 0 of 256 and 97/);
    expect(() => BytePairTokenizer.fromJSON({ merges: [], specials: ['a', 'a'] })).toThrow(/name each/);
    expect(() => BytePairTokenizer.train([''], { vocabularySize: 255 })).toThrow(/at least 256/);
  });

  // What Hugging Face's tokenizers library (byte-level BPE) learns from the same text and makes of it.
  const known = [' t', 'he', ' a', 'ou', ' s', ' m', 'in', ' w', 're', 'ha'];
  testWithData(
    'learns from Shakespeare what the usual library learns',
    'text/tinyshakespeare.txt',
    (path) => {
      const text = readText(path);
      const tokenizer = BytePairTokenizer.train([text], { vocabularySize: 1024 });
      expect(known.map((_, index) => tokenizer.decode([256 + index]))).toEqual(known);
      const ids = tokenizer.encode(text);
      expect(ids.length).toBe(459792);
      expect(tokenizer.decode(ids)).toBe(text);
    },
    20_000,
  );
});
