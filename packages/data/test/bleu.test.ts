import { describe, expect, test } from 'vitest';
import { readText } from '../src/node/read-file.ts';
import { corpusBleu, sentenceBleu } from '../src/text/bleu.ts';
import { tokenize13a } from '../src/text/tokenize-13a.ts';
import { testWithData } from './real-data.ts';

// All numbers and words were printed by sacreBLEU 2.6.0.

describe('tokenize13a', () => {
  const cases: [line: string, words: string][] = [
    ["Hello, world! It's 3.14 or 1,000 (one-two) 5-6.", "Hello , world ! It's 3.14 or 1,000 ( one-two ) 5 - 6 ."],
    ['"A &quot;b&quot; &amp; c&lt;d&gt;"', '" A " b " & c < d > "'],
    ['a/b c_d [x] {y} 10-\nfold end-\n<skipped>x', 'a / b c _ d [ x ] { y } 10fold endx'],
    ["Größe: 7,5 m.  50% – 'ok'…", "Größe : 7,5 m . 50 % – 'ok'…"],
    ['🎉.x $5.00,', '🎉 . x $ 5.00 ,'],
    ['.5 5. a.b,c', '. 5 5 . a . b , c'],
  ];
  test.each(cases)('cuts %j', (line, words) => expect(tokenize13a(line)).toEqual(words.split(' ')));
});

describe('corpusBleu', () => {
  test('scores the example of sacreBLEU’s README, two references each', () => {
    const { score, ...rest } = corpusBleu(
      ['The dog bit the man.', "It wasn't surprising.", 'The man had just bitten him.'],
      [
        ['The dog bit the man.', 'It was not unexpected.', 'The man bit him first.'],
        ['The dog had bit the man.', 'No one was surprised.', 'The man had bitten the dog.'],
      ],
    );
    expect(score).toBeCloseTo(48.530827009929865, 9);
    expect(rest.brevityPenalty).toBeCloseTo(0.9428731438548749, 12);
    expect([rest.hypothesisLength, rest.referenceLength]).toEqual([17, 18]);
    expect([rest.matches, rest.totals]).toEqual([
      [14, 7, 5, 3],
      [17, 14, 11, 8],
    ]);
    for (const [order, expected] of [82.3529411764706, 50, 45.45454545454545, 37.5].entries()) {
      expect(rest.precisions[order]).toBeCloseTo(expected, 9);
    }
  });

  test('smooths orders without a match, each by half of the one before', () => {
    const one = corpusBleu(['A dog runs.'], [['A dog is running.']]);
    expect(one.score).toBeCloseTo(27.534765745159184, 9);
    const three = corpusBleu(['cat the on mat is now'], [['the cat sat on the mat now']]);
    expect(three.score).toBeCloseTo(10.27399780837539, 9);
    expect(three.precisions[3]).toBeCloseTo(4.166666666666667, 9);
  });

  test('is 0 without any match, without words, and without a 4-gram', () => {
    expect(corpusBleu(['x y z'], [['a b']])).toMatchObject({ score: 0, brevityPenalty: 1 });
    expect(corpusBleu([''], [['a b']])).toMatchObject({ score: 0, brevityPenalty: 0 });
    expect(corpusBleu(['a b'], [['a b']])).toMatchObject({ score: 0, precisions: [100, 100, 0, 0] });
  });

  test('refuses references that do not fit', () => {
    expect(() => corpusBleu([], [])).toThrow(/nothing to score/);
    expect(() => corpusBleu(['a', 'b'], [['a', 'b'], ['a']])).toThrow(/2 hypotheses and a set of 1 references/);
  });

  testWithData(
    'scores 1000 German sentences of which each fifth word is missing',
    'multi30k/test_2016_flickr.de.gz',
    (path) => {
      const references = readText(path).trimEnd().split('\n');
      const hypotheses = references.map((line, sentence) => {
        const words = line.split(' ').filter((_, position) => (position + sentence) % 5 !== 4);
        return words.join(' ');
      });
      const { score, matches, hypothesisLength, referenceLength } = corpusBleu(hypotheses, [references]);
      expect(score).toBeCloseTo(47.974093991808594, 9);
      expect(matches).toEqual([9681, 6902, 4329, 2151]);
      expect([hypothesisLength, referenceLength]).toEqual([9681, 12106]);
    },
  );
});

describe('sentenceBleu', () => {
  test('counts the orders that a short sentence has', () => {
    expect(sentenceBleu('a b', ['a b']).score).toBeCloseTo(100, 9);
    expect(sentenceBleu('a b c', ['a b d']).score).toBeCloseTo(55.03212081491043, 9);
  });

  test('takes the nearest length, and each word at most as often as in one reference', () => {
    const two = ['the cat is on the mat', 'there is a cat on the mat'];
    expect(sentenceBleu('the cat sat on the mat', two)).toMatchObject({ referenceLength: 6, matches: [5, 3, 1, 0] });
    expect(sentenceBleu('the cat sat on the mat', two).score).toBeCloseTo(37.99178428257963, 9);
    // Of two that are equally near the shorter one counts.
    expect(sentenceBleu('a b c d', ['a b c d e', 'a b c'])).toMatchObject({ referenceLength: 3 });
    // The example of Papineni et al. 2002: 2 of 7 words count.
    const example = sentenceBleu('the the the the the the the', ['the cat is on the mat']);
    expect(example.matches[0]).toBe(2);
    expect(example.score).toBeCloseTo(7.809849842300637, 9);
    expect(() => sentenceBleu('a', [])).toThrow(/no references/);
  });
});
