import type { Strides } from '@evenkeel/backend';
import type { InputValue, RepeatValue, Value } from '../graph/value.ts';

/** Where a value lies when the program runs. */
export type Memory =
  /** An input's own memory, read, or written where the graph says that the input takes a value over. */
  | { readonly kind: 'input'; readonly input: InputValue }
  /** Memory that outlives the program, by the number of the result. */
  | { readonly kind: 'result'; readonly result: number }
  /** Memory between two kernels, row by row. */
  | { readonly kind: 'temporary'; readonly value: Value }
  /** What a repeated body works in. */
  | { readonly kind: 'scratch'; readonly of: RepeatValue; readonly bytes: number }
  /** A region of other memory: what is joined with others lies where it is joined. */
  | { readonly kind: 'part'; readonly whole: Memory; readonly offset: number; readonly strides: Strides };

/** The memory that a region lies in. */
export function wholeOf(memory: Memory): Exclude<Memory, { kind: 'part' }> {
  return memory.kind === 'part' ? wholeOf(memory.whole) : memory;
}

/** What tells one memory from another. */
export function placeOf(memory: Memory): object | number {
  const whole = wholeOf(memory);
  switch (whole.kind) {
    case 'input':
      return whole.input;
    case 'temporary':
      return whole.value;
    case 'scratch':
      return whole.of;
    case 'result':
      return whole.result;
  }
}
