import { isContiguous } from '@evenkeel/backend';
import type { OutcomeValue, RepeatValue, Value } from '../graph/value.ts';
import type { Cluster } from './cluster.ts';
import type { Memory } from './memory.ts';

interface Surroundings {
  /** Asks for a value in memory. */
  read(value: Value): void;
  /** Has a value copied to a place in memory before the body runs. */
  copy(value: Value, memory: Memory): void;
}

/** Makes a cluster a repeated body: what it reads must be memory, and what it carries starts as a copy. */
export function placeRepetition(
  cluster: Cluster,
  value: RepeatValue,
  located: (outcome: OutcomeValue) => Memory | undefined,
  outcomes: readonly OutcomeValue[],
  { read, copy }: Surroundings,
): void {
  cluster.form = 'repeat';
  const { graph, carried } = value.body;
  const results = graph.results.map(({ value: inside, into }, result): Memory => {
    const outcome = outcomes.find((known) => known.result === result);
    const shape = into ? inside.shape : [value.turns, ...inside.shape];
    // What nobody reads has to go somewhere all the same.
    const unread: OutcomeValue = { kind: 'outcome', id: value.id, shape, dtype: inside.dtype, of: value, result };
    return (outcome && located(outcome)) ?? { kind: 'temporary', value: unread };
  });
  const inputs = value.inputs.map((input, i): Memory => {
    if (i < carried) {
      const memory = results[graph.results.findIndex(({ into }) => into === graph.inputs[i])] as Memory;
      copy(input, memory);
      return memory;
    }
    const isThere = input.kind === 'input' && isContiguous(input.shape, input.strides);
    const memory: Memory = isThere ? { kind: 'input', input } : { kind: 'temporary', value: input };
    if (isThere || input.kind === 'applied' || input.kind === 'outcome') read(input);
    else copy(input, memory);
    return memory;
  });
  cluster.repetition = { value, inputs, results };
}
