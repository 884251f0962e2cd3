import { describe, expect, test } from 'vitest';
import { BatchStream } from '../src/batch-stream.ts';

const source = {
  length: 3,
  *batches({ epoch, from }: { epoch: number; from: number }) {
    for (let batch = from; batch < 3; batch++) yield `${epoch}.${batch}`;
  },
};

function take(stream: BatchStream<string>, count: number): string[] {
  return Array.from({ length: count }, () => stream.next());
}

describe('BatchStream', () => {
  test('joins the epochs into one row', () => {
    expect(take(new BatchStream(source), 5)).toEqual(['0.0', '0.1', '0.2', '1.0', '1.1']);
  });

  test.each([0, 1, 2, 3, 4])('goes on from its position after %i batches with the very next one', (count) => {
    const first = new BatchStream(source);
    take(first, count);
    const second = new BatchStream(source, first.position);
    expect(take(second, 4)).toEqual(take(first, 4));
  });

  test('refuses data without a batch, and data that ends before its length', () => {
    expect(() => new BatchStream({ ...source, length: 0 })).toThrow(/without a single batch/);
    const short = new BatchStream({ ...source, length: 4 });
    expect(() => take(short, 4)).toThrow(/no batch 3 in epoch 0/);
  });
});
