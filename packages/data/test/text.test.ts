import { describe, expect, test } from 'vitest';
import { CharacterVocabulary } from '../src/text/character-vocabulary.ts';
import { TextDataset } from '../src/text/text-dataset.ts';

describe('CharacterVocabulary', () => {
  test('holds each character of a text once, by code point, and carries texts there and back', () => {
    const vocabulary = CharacterVocabulary.of('bañana 🎉b');
    expect(vocabulary.characters).toEqual([' ', 'a', 'b', 'n', 'ñ', '🎉']);
    expect([...vocabulary.encode('🎉 ba')]).toEqual([5, 0, 2, 1]);
    expect(vocabulary.decode(vocabulary.encode('bañana 🎉'))).toBe('bañana 🎉');
  });

  test('names a character it does not know and its place', () => {
    expect(() => CharacterVocabulary.of('abc').encode('abxc')).toThrow(/"x", character 3 of 4/);
    expect(() => CharacterVocabulary.of('abc').decode([3])).toThrow(/id 3[\s\S]*0 to 2/);
  });

  test('refuses a set that is empty or names a character twice', () => {
    expect(() => new CharacterVocabulary('aba')).toThrow(/"a" twice/);
    expect(() => new CharacterVocabulary('')).toThrow(/no characters/);
  });
});

describe('TextDataset', () => {
  const ids = Int32Array.from({ length: 10 }, (_, index) => index);

  test('pairs each window with the same one a character later', () => {
    const dataset = new TextDataset(ids, { context: 4 });
    expect(dataset.length).toBe(6);
    expect(dataset.get(5)).toEqual({ input: Int32Array.of(5, 6, 7, 8), target: Int32Array.of(6, 7, 8, 9) });
  });

  test('lets windows touch with a stride', () => {
    const dataset = new TextDataset(ids, { context: 4, stride: 4 });
    expect(dataset.length).toBe(2);
    expect(dataset.get(1).input).toEqual(Int32Array.of(4, 5, 6, 7));
  });

  test('refuses a text without a whole window and an index beyond the last', () => {
    expect(() => new TextDataset(ids, { context: 10 })).toThrow(/10 characters[\s\S]*at least 11/);
    expect(() => new TextDataset(ids, { context: 0 })).toThrow(/context/);
    expect(() => new TextDataset(ids, { context: 4 }).get(6)).toThrow(/index 6[\s\S]*0 to 5/);
  });
});
