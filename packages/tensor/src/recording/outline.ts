import type { Value } from '@evenkeel/compiler';
import type { Tensor } from '../tensor.ts';
import type { Recorder } from './recorder.ts';
import { mapTensors, signatureOf } from './tree.ts';

/** What a recorded function leaves behind: its graph's results, and what they are for. */
export interface Outline<Result> {
  readonly recorder: Recorder;
  readonly returned: Result;
  /** Everything that was returned but the tensors' contents, as text. */
  readonly signature: string;
  readonly results: readonly Value[];
  /** Which result stands in the place of a tensor of the returned tree. */
  readonly resultOf: ReadonlyMap<Tensor, number>;
  /** Gradients that the function leaves, and by which result; undefined where it leaves none. */
  readonly gradients: readonly (readonly [Tensor, number | undefined])[];
  /** Inputs that take values over. */
  readonly overwritten: ReadonlySet<number>;
}

/** Asks a recording's graph for everything that must be there when its program has run. */
export function outline<Result>(recorder: Recorder, returned: Result): Outline<Result> {
  const { graph } = recorder;
  const signature = signatureOf(returned);
  const results: Value[] = [];
  const resultOf = new Map<Tensor, number>();
  const ask = (value: Value): number => {
    graph.result(value);
    return results.push(value) - 1;
  };
  mapTensors(returned, (tensor) => {
    // A real tensor that the function assigned to is returned as it is: it holds the new value.
    if (tensor.traced && !resultOf.has(tensor)) resultOf.set(tensor, ask(recorder.valueOf(tensor)));
    return tensor;
  });
  const gradients: [Tensor, number | undefined][] = [];
  for (const [of, { isRead }] of recorder.gradients) {
    const gradient = of.peekGrad();
    if (!gradient) gradients.push([of, undefined]);
    else if (gradient.traced && (!isRead || recorder.accumulatesInto(of))) {
      gradients.push([of, ask(gradient.traced.value)]);
    }
  }
  const overwritten = new Set<number>();
  for (const [tensor, value] of recorder.written) {
    const input = recorder.inputOf(tensor);
    if (input.kind !== 'input' || value === input) continue;
    graph.result(value, input);
    overwritten.add(input.input);
  }
  return { recorder, returned, signature, results, resultOf, gradients, overwritten };
}
