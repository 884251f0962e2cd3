/** What a kernel folds it folds once, whoever asks. */
import { nullBackend } from '@evenkeel/backend-null';
import { Graph, planProgram, primitives } from '@evenkeel/compiler';
import { expect, test } from 'vitest';

test('the largest element and where it stands share the search for it', () => {
  const graph = new Graph();
  const x = graph.input({ shape: [8, 4], dtype: 'float32' });
  for (const primitive of [primitives.amax, primitives.argmax, primitives.amin]) {
    graph.result(graph.apply(primitive, [x], { dims: [1] }));
  }
  const { program } = planProgram(graph, nullBackend().limits);
  const folds = program.steps.map((step) =>
    'kernel' in step && step.kernel.form === 'loop' ? step.kernel.reductions.map(({ fn }) => fn).sort() : [],
  );
  // The smaller of the two places, the largest element and the smallest.
  expect(folds).toEqual([['max', 'min', 'min']]);
});
