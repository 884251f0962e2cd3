import { expect, test, vi } from 'vitest';
import { participate } from '../src/runtime/participate.ts';

/** A module whose function `f0` of five integers does nothing. */
const module = Uint8Array.of(
  ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...[1, 9, 1, 0x60, 5, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0], // type
  ...[3, 2, 1, 0], // function
  ...[7, 6, 1, 2, 0x66, 0x30, 0, 0], // export
  ...[10, 4, 1, 2, 0, 0x0b], // code
);

const [claim, done, program, script, values, end] = [128, 144, 176, 177, 178, 179] as const;

test('a worker that starts while a script is being written runs the one that it claims a part of', () => {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const words = new Int32Array(memory.buffer);
  const [before, after, code] = [4096, 8192, 16384];
  new Uint8Array(memory.buffer).set(module, code);
  // One phase of two parts, then the end.
  words.set([1, 0, 2, 1, 0, code, module.length, 0, 0], after / 4);
  words.set([7, before], program);
  const load = vi.spyOn(Atomics as { load(words: Int32Array, index: number): number }, 'load');
  load.mockImplementationOnce(() => {
    // The worker has looked around by now: number 7 was there, the place of its script was not.
    words.set([after, after + 64, after / 4 + 64], script);
    words[claim] = (1 << 12) | 2;
    return 0;
  });
  try {
    // It goes to sleep when there is nothing more to do, and is told then that all is over.
    vi.spyOn(Atomics, 'wait').mockImplementation(() => {
      words[claim] = -1;
      return 'ok';
    });
    participate({ memory, words, thread: 1, threads: 2, functions: [] });
  } finally {
    vi.restoreAllMocks();
  }
  expect(words[done]).toBe(2);
  expect([words[program], words[values], words[end]]).toEqual([7, after + 64, after / 4 + 64]);
});
