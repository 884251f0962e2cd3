import { DataError } from '@evenkeel/errors';
import { CharacterVocabulary } from '../text/character-vocabulary.ts';

/** Fills a sequence up to its length; masked in attention, ignored in the loss. */
export const PADDING = 0;
/** Starts every target. */
export const START = 1;
/** Ends every target. */
export const END = 2;
const SPECIAL = 3;

/** What written dates are made of. Fixed, so that a trained model always reads the same ids. */
export const DATE_CHARACTERS = new CharacterVocabulary(' ,-./0123456789abcdefghijklmnopqrstuvwxyz');

/** Ids: padding, start, end, then the characters. */
export const DATE_VOCABULARY_SIZE = SPECIAL + DATE_CHARACTERS.size;

/** The longest of the twelve forms: `wednesday, september 30, 2099`. */
export const MAX_SOURCE_LENGTH = 29;
/** An ISO date and what starts or ends it. */
export const TARGET_LENGTH = 11;

/** What a person types, as the model reads it: lower case, single spaces. */
export function normalizeDateText(text: string): string {
  return text.trim().toLowerCase().replace(/\s+/g, ' ');
}

/**
 * A written date as ids `[29]`, padded.
 *
 * @throws DataError if a character is unknown or the text is too long
 */
export function encodeSource(text: string): Int32Array {
  const characters = DATE_CHARACTERS.encode(text);
  if (characters.length > MAX_SOURCE_LENGTH) {
    throw new DataError('The text is too long for a written date', {
      got: `${characters.length} characters`,
      expected: `at most ${MAX_SOURCE_LENGTH}`,
    });
  }
  const ids = new Int32Array(MAX_SOURCE_LENGTH);
  ids.set(characters.map((id) => id + SPECIAL));
  return ids;
}

/** An ISO date as what the decoder reads (start first) and what it has to say (end last), both `[11]`. */
export function encodeTarget(iso: string): { input: Int32Array; output: Int32Array } {
  const ids = DATE_CHARACTERS.encode(iso).map((id) => id + SPECIAL);
  return { input: Int32Array.of(START, ...ids), output: Int32Array.of(...ids, END) };
}

/** The text of generated ids, up to the end. */
export function decodeTarget(ids: Iterable<number>): string {
  const characters: number[] = [];
  for (const id of ids) {
    if (id === END) break;
    if (id >= SPECIAL) characters.push(id - SPECIAL);
  }
  return DATE_CHARACTERS.decode(characters);
}
