import { ConfigError } from '@evenkeel/errors';
import { expect, test } from 'vitest';
import { readCommandLine } from '../src/command-line.ts';

test('a program is named, before or after the flag', () => {
  expect(readCommandLine(['gpt6'])).toEqual({ program: 'gpt6', json: false });
  expect(readCommandLine(['--', '--json', 'mlp'])).toEqual({ program: 'mlp', json: true });
});

test('a program that does not exist is answered with the nearest', () => {
  expect(() => readCommandLine(['gpt7'])).toThrow(ConfigError);
  expect(() => readCommandLine(['gpt7'])).toThrow(/gpt6/);
});

test('no program, or two, are refused', () => {
  expect(() => readCommandLine([])).toThrow(/one program/);
  expect(() => readCommandLine(['mlp', 'gpt6'])).toThrow(/one program/);
});
