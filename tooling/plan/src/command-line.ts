import { parseArgs } from 'node:util';
import { ConfigError, nearestName } from '@evenkeel/errors';
import { programs } from './programs.ts';

/** What the command was asked for. */
export interface CommandLine {
  readonly program: string;
  readonly json: boolean;
}

const known = Object.keys(programs);

export const usage = `usage: pnpm plan <${known.join('|')}> [--json]`;

/** @throws ConfigError for a program that does not exist; TypeError for an unknown option */
export function readCommandLine(words: readonly string[]): CommandLine {
  const { values, positionals } = parseArgs({
    // pnpm hands the -- of "pnpm plan -- gpt6" on.
    args: words[0] === '--' ? words.slice(1) : [...words],
    options: { json: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  const [program, ...more] = positionals;
  if (program === undefined || more.length > 0) {
    throw new ConfigError('one program is planned at a time', {
      got: positionals.join(' ') || 'none',
      expected: known.join(', '),
    });
  }
  if (!Object.hasOwn(programs, program)) {
    const near = nearestName(program, known);
    throw new ConfigError(`there is no program "${program}"`, {
      expected: known.join(', '),
      remedy: near ? `did you mean ${near}?` : undefined,
    });
  }
  return { program, json: values.json };
}
