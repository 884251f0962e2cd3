import { parseArgs } from 'node:util';
import { ConfigError, nearestName } from '@evenkeel/errors';
import { backends } from './backends.ts';

const hosts = ['node', 'chromium'] as const;
export type Host = (typeof hosts)[number];

/** What the command was asked for. */
export interface CommandLine {
  readonly backends: readonly string[];
  /** Where they run: here, or in a page. */
  readonly host: Host;
  readonly seed: number;
  /** A part of the names of the checks that shall run: a group, a graph's own seed. */
  readonly only: string | undefined;
  readonly json: boolean;
}

export const usage = `usage: pnpm conformance [--backend ${[...Object.keys(backends), 'all'].join('|')}] [--in ${hosts.join('|')}] [--seed <whole number>] [--only <part of a name>] [--json]`;

/** @throws ConfigError for an unknown backend or host, or a seed that is none; TypeError for an unknown option */
export function readCommandLine(words: readonly string[]): CommandLine {
  const { values } = parseArgs({
    // pnpm hands the -- of "pnpm conformance -- --json" on.
    args: words[0] === '--' ? words.slice(1) : [...words],
    options: {
      backend: { type: 'string', default: 'all' },
      in: { type: 'string', default: 'node' },
      seed: { type: 'string', default: '1' },
      only: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const known = Object.keys(backends);
  if (values.backend !== 'all' && !Object.hasOwn(backends, values.backend)) {
    const near = nearestName(values.backend, [...known, 'all']);
    throw new ConfigError(`there is no backend "${values.backend}"`, {
      expected: [...known, 'all'].join(', '),
      remedy: near ? `did you mean ${near}?` : undefined,
    });
  }
  const host = hosts.find((one) => one === values.in);
  if (!host) throw new ConfigError(`the checks do not run in "${values.in}"`, { expected: hosts.join(' or ') });
  const seed = Number(values.seed);
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new ConfigError('the seed of the random graphs is not usable', {
      got: values.seed,
      expected: 'a whole number that is not negative',
    });
  }
  const { only, json } = values;
  return { backends: values.backend === 'all' ? known : [values.backend], host, seed, only, json };
}
