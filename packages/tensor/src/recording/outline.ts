import { numberOf } from '@evenkeel/backend';
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
  /** Which argument is returned as it is. */
  readonly argumentOf: ReadonlyMap<Tensor, number>;
  /** Gradients that the function leaves: which result, none, one number everywhere, or one that must not be read. */
  readonly gradients: readonly (readonly [of: Tensor, left: number | Tensor | undefined])[];
  /** Inputs that take values over. */
  readonly overwritten: ReadonlySet<number>;
}

/** Asks a recording's graph for everything that must be there when its program has run. */
export function outline<Result>(recorder: Recorder, returned: Result): Outline<Result> {
  const { graph } = recorder;
  const results: Value[] = [];
  const resultOf = new Map<Tensor, number>();
  const ask = (value: Value): number => {
    graph.result(value);
    return results.push(value) - 1;
  };
  const argumentOf = new Map<Tensor, number>();
  let signature = signatureOf(returned);
  mapTensors(returned, (tensor) => {
    const position = recorder.positionOf(tensor);
    if (position !== undefined) argumentOf.set(tensor, position);
    else if (tensor.traced) {
      if (!resultOf.has(tensor)) resultOf.set(tensor, ask(recorder.valueOf(tensor)));
    }
    // A real tensor that the function reaches by itself is returned as it is: it holds the new value if it was assigned to.
    else if (tensor.uniform === undefined && !recorder.hasBorn(tensor)) signature += ` #${numberOf(tensor)}`;
    return tensor;
  });
  const gradients: [Tensor, number | Tensor | undefined][] = [];
  for (const of of recorder.gradients.keys()) {
    // What was made inside is gone, and its gradient with it unless it is returned.
    if (of.traced) continue;
    const gradient = of.peekGrad();
    if (!gradient || gradient.uniform !== undefined || recorder.consumes(of)) gradients.push([of, gradient]);
    else if (gradient !== recorder.gradientBefore(of) || gradient.traced) {
      gradients.push([of, ask(recorder.valueOf(gradient))]);
    }
  }
  const overwritten = new Set<number>();
  for (const [tensor, value] of recorder.written) {
    const input = recorder.inputOf(tensor);
    if (input.kind !== 'input' || value === input) continue;
    graph.result(value, input);
    overwritten.add(input.input);
  }
  return { recorder, returned, signature, results, resultOf, argumentOf, gradients, overwritten };
}
