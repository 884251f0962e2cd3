import { nearestName } from '@evenkeel/errors';
import { expect, test } from 'vitest';

const known = ['learningRate', 'hiddenSize', 'heads', 'dropout', 'lr'];

test.each([
  ['hidenSize', 'hiddenSize', 'a letter left out'],
  ['headss', 'heads', 'a letter too many'],
  ['dropaut', 'dropout', 'a wrong letter'],
  ['rl', 'lr', 'two letters swapped'],
  ['learning_rate', 'learningRate', 'another spelling of case'],
  ['HEADS', 'heads', 'capitals'],
  ['heads', 'heads', 'the name itself'],
])('%s is taken for %s: %s', (given, expected) => {
  expect(nearestName(given, known)).toBe(expected);
});

test.each(['epochs', 'x', '', 'temperature'])('nothing is near %j', (given) => {
  expect(nearestName(given, known)).toBeUndefined();
});

test('one swap counts once, so a swapped name beats a name with two wrong letters', () => {
  expect(nearestName('abdc', ['abxx', 'abcd'])).toBe('abcd');
});

test('up to a third of the letters may differ', () => {
  expect(nearestName('abcdxx', ['abcdef'])).toBe('abcdef');
  expect(nearestName('abcxxx', ['abcdef'])).toBeUndefined();
});

test('a name with no letter in common is not offered, however short', () => {
  expect(nearestName('a', ['b'])).toBeUndefined();
});

test('the first of equally near names wins', () => {
  expect(nearestName('bat', ['cat', 'hat'])).toBe('cat');
});

test('any iterable of names serves', () => {
  expect(nearestName('head', new Map([['heads', 1]]).keys())).toBe('heads');
});
