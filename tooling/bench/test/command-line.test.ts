import { expect, test } from 'vitest';
import { readCommandLine } from '../src/command-line.ts';

test('times training and kernels on one thread of wasm unless told otherwise', () => {
  const asked = readCommandLine([]);
  expect(asked.suites).toEqual(['train', 'kernels']);
  expect(asked.variant).toEqual({
    host: 'node',
    backend: 'wasm',
    threads: 1,
    relaxed: true,
    wide: false,
    eager: false,
  });
  expect(asked.workloads.map(({ name }) => name).slice(0, 5)).toEqual(['W1', 'W2', 'W2b', 'W3', 'W4']);
});

test('takes workloads by name and kernels by the word before the hyphen, in any case', () => {
  const names = (only: string) => readCommandLine(['--only', only]).workloads.map(({ name }) => name);
  expect(names('w2')).toEqual(['W2']);
  expect(names('W4,matmul-512')).toEqual(['W4', 'matmul-512-NN', 'matmul-512-TN', 'matmul-512-NT']);
  expect(names('matmul')).toHaveLength(9);
});

test('times the peers as written and as tuned, as one of them, or leaves PyTorch alone', () => {
  const styles = (words: string[]) => readCommandLine(words).peerStyles;
  expect(styles([])).toEqual(['written', 'tuned']);
  expect(styles(['--peers', 'tuned'])).toEqual(['tuned']);
  expect(styles(['--peers', 'examples'])).toEqual(['examples']);
  expect(styles(['--peers', 'none'])).toEqual([]);
});

test.each([
  ['--only W9', 'no workload "W9"; there are: W1'],
  ['--backend gpu', '--backend is "gpu"; there are: wasm, cpu, null'],
  ['--steps 0', '--steps is "0"; a whole number from 1 up is expected'],
  ['--suite all', '--suite is "all"; there are: train, kernels, startup'],
  ['--threads 0', '--threads is "0"; a whole number from 1 up is expected'],
  ['--also fast', 'no variant "fast"; there are: eager, plain'],
  ['--also chromium+fast', 'no variant "fast"; there are: eager, plain'],
  ['--peers best', '--peers is "best"; there are: written, tuned, both, examples, none'],
  ['--fast', '--fast'],
])('refuses "%s" and says what there is', (words, message) => {
  expect(() => readCommandLine(words.split(' '))).toThrow(message);
});

test('does few and short rounds on webgpu, where the GPU is mostly one in software, unless told otherwise', () => {
  const asked = (words: string) => {
    const { rounds, steps } = readCommandLine(words.split(' '));
    return { rounds, steps };
  };
  expect(asked('--backend wasm')).toEqual({ rounds: 7, steps: undefined });
  expect(asked('--backend webgpu')).toEqual({ rounds: 3, steps: 2 });
  expect(asked('--backend webgpu --rounds 9 --steps 50')).toEqual({ rounds: 9, steps: 50 });
});
