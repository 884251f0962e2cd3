import { DataError } from '@evenkeel/errors';
import { tokenize13a } from './tokenize-13a.ts';

const ORDER = 4;

export interface BleuScore {
  /** From 0 to 100. */
  readonly score: number;
  /** Of 1-grams to 4-grams, from 0 to 100, smoothed where nothing matched. */
  readonly precisions: readonly number[];
  readonly brevityPenalty: number;
  /** Words in the hypotheses, and in the references that are nearest to them in length. */
  readonly hypothesisLength: number;
  readonly referenceLength: number;
  /** n-grams that match (each at most as often as in a reference), and n-grams that there are. */
  readonly matches: readonly number[];
  readonly totals: readonly number[];
}

/**
 * BLEU-4 of a whole test set (Papineni et al. 2002) as sacreBLEU defines it (Post 2018): tokenizer 13a, upper and lower
 * case kept, exponential smoothing where an order has no match. `nrefs|case:mixed|eff:no|tok:13a|smooth:exp`.
 *
 * `score = BP * exp(mean over n of log precision_n)`, `BP = min(1, exp(1 - referenceLength / hypothesisLength))`.
 *
 * @param hypotheses the translations as plain text, not tokenized, one per sentence
 * @param references as in sacreBLEU, sets of references: `references[k][i]` is the k-th one of hypothesis i
 * @throws DataError if there are no hypotheses or a set of references has another length
 *
 * @example corpusBleu(['A dog runs.'], [['A dog is running.']]).score
 */
export function corpusBleu(hypotheses: readonly string[], references: readonly (readonly string[])[]): BleuScore {
  if (hypotheses.length === 0 || references.length === 0) {
    throw new DataError('There is nothing to score', {
      got: `${hypotheses.length} hypotheses and ${references.length} sets of references`,
    });
  }
  const other = references.find((set) => set.length !== hypotheses.length);
  if (other) {
    throw new DataError('There is not one reference for each hypothesis', {
      got: `${hypotheses.length} hypotheses and a set of ${other.length} references`,
      expected: 'references[k][i] for hypotheses[i]',
    });
  }
  const counts = hypotheses.map((hypothesis, sentence) => {
    return countMatches(
      hypothesis,
      references.map((set) => set[sentence] as string),
    );
  });
  return scoreOf(counts, false);
}

/**
 * BLEU of one sentence, with the orders that it has (`eff:yes`, as sacreBLEU's `sentence_bleu`): for a look at examples;
 * the mean over sentences is not the score of the corpus.
 *
 * @param references of this sentence
 */
export function sentenceBleu(hypothesis: string, references: readonly string[]): BleuScore {
  if (references.length === 0) throw new DataError('There is nothing to score', { got: 'no references' });
  return scoreOf([countMatches(hypothesis, references)], true);
}

interface SentenceCounts {
  readonly hypothesisLength: number;
  readonly referenceLength: number;
  readonly matches: readonly number[];
  readonly totals: readonly number[];
}

function countMatches(hypothesis: string, references: readonly string[]): SentenceCounts {
  const words = tokenize13a(hypothesis);
  const referenceWords = references.map(tokenize13a);
  const distance = (length: number) => Math.abs(length - words.length);
  const [nearest] = referenceWords
    .map(({ length }) => length)
    .sort((left, right) => distance(left) - distance(right) || left - right);
  const orders = Array.from({ length: ORDER }, (_, index) => index + 1);
  const matches = orders.map((order) => {
    const allowed = referenceWords.map((reference) => ngrams(reference, order));
    let matched = 0;
    for (const [ngram, count] of ngrams(words, order)) {
      matched += Math.min(count, Math.max(...allowed.map((counts) => counts.get(ngram) ?? 0)));
    }
    return matched;
  });
  const totals = orders.map((order) => Math.max(words.length - order + 1, 0));
  return { hypothesisLength: words.length, referenceLength: nearest as number, matches, totals };
}

function ngrams(words: readonly string[], order: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (let start = 0; start + order <= words.length; start++) {
    // No word holds a blank.
    const ngram = words.slice(start, start + order).join(' ');
    counts.set(ngram, (counts.get(ngram) ?? 0) + 1);
  }
  return counts;
}

function scoreOf(sentences: readonly SentenceCounts[], effectiveOrder: boolean): BleuScore {
  const sum = (pick: (counts: SentenceCounts) => number) =>
    sentences.reduce((total, counts) => total + pick(counts), 0);
  const hypothesisLength = sum((counts) => counts.hypothesisLength);
  const referenceLength = sum((counts) => counts.referenceLength);
  const orders = Array.from({ length: ORDER }, (_, order) => order);
  const matches = orders.map((order) => sum((counts) => counts.matches[order] as number));
  const totals = orders.map((order) => sum((counts) => counts.totals[order] as number));
  const short = hypothesisLength < referenceLength;
  const brevityPenalty = short ? Math.exp(1 - referenceLength / hypothesisLength) : 1;
  const counted = { brevityPenalty, hypothesisLength, referenceLength, matches, totals };
  if (matches.every((count) => count === 0)) return { score: 0, precisions: orders.map(() => 0), ...counted };
  const possible = totals.filter((total) => total > 0).length;
  let missed = 0;
  const precisions = orders.map((order) => {
    const [matched, total] = [matches[order] as number, totals[order] as number];
    if (total === 0) return 0;
    return matched > 0 ? (100 * matched) / total : 100 / (2 ** ++missed * total);
  });
  // Hypotheses too short for a 4-gram have no score, unless the orders that there are shall do.
  if (possible < ORDER && !effectiveOrder) return { score: 0, precisions, ...counted };
  const used = precisions.slice(0, possible);
  const meanLog = used.reduce((total, precision) => total + Math.log(precision), 0) / used.length;
  return { score: brevityPenalty * Math.exp(meanLog), precisions, ...counted };
}
