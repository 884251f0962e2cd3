import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EXIT } from '../src/exit-codes.ts';
import { buildProgram } from '../src/program.ts';

const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');
const nowhere = { write: () => true };
const program = buildProgram('0', { out: nowhere, err: nowhere }, () => {});
const commands = program.commands.map((command) => command.name());

test('every command in the README is one, with options it has', () => {
  const shown = [...readme.matchAll(/^evenkeel (\S+)(.*)$/gm)];
  expect(shown.length).toBeGreaterThan(5);
  for (const [, name, rest] of shown) {
    let command = program.commands.find((each) => each.name() === name);
    command = command?.commands.find((each) => each.name() === rest!.trim().split(' ')[0]) ?? command;
    expect(commands).toContain(name);
    const known = command!.options.map((option) => option.long);
    for (const [option] of rest!.split('#')[0]!.matchAll(/--[a-z-]+/g)) expect(known).toContain(option);
  }
});

test('every command and every option of train is in the README', () => {
  for (const name of commands) expect(readme).toContain(`evenkeel ${name}`);
  const train = program.commands.find((command) => command.name() === 'train')!;
  for (const task of train.commands) {
    expect(readme).toContain(`evenkeel train ${task.name()}`);
    for (const { long } of task.options) expect(readme).toContain(long!);
  }
});

test('every exit code is in the README', () => {
  for (const code of Object.values(EXIT)) expect(readme).toContain(`\n| ${code} |`);
});

test('every runtime dependency from outside has its reason in the README', () => {
  const { dependencies } = JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8'));
  for (const name of Object.keys(dependencies)) {
    if (!name.startsWith('@evenkeel/')) expect(readme).toContain(`| \`${name}\` | `);
  }
});
