import { existsSync } from 'node:fs';
import { join } from 'node:path';

// A program of ours runs from its source, so it needs no build.
const source = (entry) => ({
  steps: ({ root, from, args, toolchain }) => [
    { file: toolchain.node, args: ['--conditions=@evenkeel/source', join(root, entry), ...args], cwd: from },
  ],
});

const turbo = (root, task, args = []) => ({
  file: 'turbo',
  args: ['run', task, '--output-logs=errors-only', '--log-prefix=none', '--ui=stream', ...args],
  cwd: root,
});

const turboTask = (task) => ({ steps: ({ root, args }) => [turbo(root, task, args)] });

// Paths are the caller's; without one, the whole repository is meant.
const biome = (...fixed) => ({
  steps: ({ root, from, args }) => {
    const paths = args.some((arg) => !arg.startsWith('-')) ? [] : [root];
    return [{ file: 'biome', args: [...fixed, ...args, ...paths], cwd: from }];
  },
});

/** Trains `dates`. The default run goes on if it was interrupted, and is made anew if it was finished. */
function mainJob(from, args) {
  if (args.includes('--run')) return ['train', 'dates', ...args];
  const has = (name) => existsSync(join(from, 'runs/dates', name));
  const isInterrupted = has('config.yaml') && !has('summary.json');
  const isPlain = args.every((arg) => arg === '--json');
  return isInterrupted && isPlain ? ['resume', 'runs/dates', ...args] : ['train', 'dates', '--force', ...args];
}

/**
 * What each root script runs, once the toolchain and the dependencies are there.
 * @type {Record<string, {
 *   needsInstall?: (args: string[]) => boolean,
 *   steps: (call: { root: string, from: string, args: string[], toolchain: import('./toolchain.mjs').Toolchain }) =>
 *     import('./run-program.mjs').Step[],
 * }>}
 */
export const commands = {
  start: {
    steps: ({ root, from, args, toolchain }) => [
      { ...turbo(root, 'build'), stdout: 'stderr' },
      { file: toolchain.node, args: [join(root, 'apps/cli/dist/main.js'), ...mainJob(from, args)], cwd: from },
    ],
  },
  test: source('tooling/checks/src/main.ts'),
  // One after another, and with what they measured.
  'test:gpu': {
    steps: ({ root, args }) => [
      {
        file: 'turbo',
        args: ['run', 'test:gpu', '--concurrency=1', '--log-prefix=none', '--ui=stream', ...args],
        cwd: root,
      },
    ],
  },
  conformance: source('tooling/conformance/src/main.ts'),
  goldens: source('tooling/goldens/src/main.ts'),
  evenkeel: source('apps/cli/src/main.ts'),
  plan: source('tooling/plan/src/main.ts'),
  parity: source('tooling/parity/src/main.ts'),
  size: source('tooling/size/src/main.ts'),
  bench: source('tooling/bench/src/main.ts'),
  'bench:peers': source('tooling/bench/src/peers-main.ts'),
  build: turboTask('build'),
  typecheck: turboTask('typecheck'),
  lint: biome('check'),
  format: biome('check', '--write'),
  pnpm: {
    // `pnpm add` and its like change what is installed; only running something needs it there before.
    needsInstall: ([first]) => first === 'exec' || first === 'run',
    steps: ({ from, args }) => [{ file: 'pnpm', args, cwd: from }],
  },
};
