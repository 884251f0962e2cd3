import { ConfigError } from '@evenkeel/errors';
import { checkedIndex, type Dataset } from '../dataset.ts';
import { DATES_STREAM, HostGenerator } from '../random/host-generator.ts';
import { calendarDay, DAY_COUNT, toIso } from './calendar-day.ts';
import { DATE_WRITERS } from './forms.ts';
import { encodeSource, encodeTarget } from './tokens.ts';

/** A written date and its translation, as text. */
export interface DatePair {
  readonly written: string;
  readonly iso: string;
}

/** A written date and its translation, as ids: `source` `[29]`, the decoder's `input` and `output` `[11]`. */
export interface DateSample {
  readonly source: Int32Array;
  readonly input: Int32Array;
  readonly output: Int32Array;
}

/**
 * Written dates; each entry is a calendar day in one of the twelve forms.
 *
 * ```ts
 * const { train } = datesTask({ seed: 1 });
 * console.log(train.length); // prints 858588
 * const { source, input, output } = train.get(0);
 * console.log(source.length, input.length, output.length, decodeTarget(output) === train.pair(0).iso); // prints 29 11 11 true
 * ```
 *
 * @throws IndexError from `get` and `pair` outside 0 to `length - 1`
 */
export class DatesDataset implements Dataset<DateSample> {
  readonly length: number;
  readonly #entry: (index: number) => { day: number; form: number };

  constructor(length: number, entry: (index: number) => { day: number; form: number }) {
    this.length = length;
    this.#entry = entry;
  }

  /** Sample `index` as text. */
  pair(index: number): DatePair {
    const { day, form } = this.#entry(checkedIndex(index, this.length));
    const date = calendarDay(day);
    return { written: DATE_WRITERS[form]!(date), iso: toIso(date) };
  }

  get(index: number): DateSample {
    const { written, iso } = this.pair(index);
    return { source: encodeSource(written), ...encodeTarget(iso) };
  }
}

/**
 * The generated task: written dates of 1900 to 2099 and their ISO form.
 *
 * Days are dealt out, not texts: a validation or test day occurs in training in no form. Training holds every
 * remaining day in all twelve forms; validation and test hold each of their days once, the forms taking turns.
 *
 * @param options.seed which days are held out; default 0
 * @param options.validation days for validation; default 500
 * @param options.test days for the test; default 1,000
 */
export function datesTask({ seed = 0, validation = 500, test = 1000 } = {}): {
  train: DatesDataset;
  validation: DatesDataset;
  test: DatesDataset;
} {
  if (!(validation >= 0 && test >= 0 && validation + test < DAY_COUNT)) {
    throw new ConfigError('Too many days are held out of the dates task', {
      got: `${validation} for validation and ${test} for the test`,
      expected: `fewer than the ${DAY_COUNT} days there are`,
    });
  }
  const days = new HostGenerator(seed, DATES_STREAM).permutation(DAY_COUNT);
  const forms = DATE_WRITERS.length;
  const heldOut = (from: number, length: number) =>
    new DatesDataset(length, (index) => ({ day: days[from + index] as number, form: index % forms }));
  const training = DAY_COUNT - validation - test;
  return {
    train: new DatesDataset(training * forms, (index) => ({
      day: days[validation + test + Math.floor(index / forms)] as number,
      form: index % forms,
    })),
    validation: heldOut(test, validation),
    test: heldOut(0, test),
  };
}
