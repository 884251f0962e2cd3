import type { AppliedValue, Value } from '@evenkeel/compiler';
import type { Tensor } from '../tensor.ts';
import type { Recorder } from './recorder.ts';

/** A part of a recording whose values are computed anew when their gradient is: the compiled half of `checkpoint`. */
export class Region {
  readonly #recorder: Recorder;
  readonly #from: number;
  #to = 0;
  /** Values that stay: what the part gives, and what state holds from then on. */
  #kept: ReadonlySet<Value> = new Set();

  /** Begins with what is recorded next. */
  constructor(recorder: Recorder) {
    this.#recorder = recorder;
    this.#from = recorder.graph.values.length;
  }

  end(results: readonly Tensor[]): void {
    const recorder = this.#recorder;
    this.#to = recorder.graph.values.length;
    this.#kept = new Set([...results.map((tensor) => recorder.valueOf(tensor)), ...recorder.written.values()]);
  }

  /**
   * Writes the part down once more, as values of their own that come after what some tensors stand for. From here on they stand in the
   * place of those before, which may then go as soon as the first pass is over.
   */
  repeat(tensors: readonly (Tensor | undefined)[]): void {
    const { graph, anew, isOver } = this.#recorder;
    // What has leaked out of a recording says so when it is read.
    if (isOver) return;
    const now = (value: Value): Value => anew.get(value) ?? value;
    const arrived = tensors.flatMap((tensor) => (tensor ? now(this.#recorder.valueOf(tensor)) : []));
    const after = latest([...arrived, ...this.#kept]);
    const repeated = new Map<Value, readonly Value[]>();
    for (const value of graph.values.slice(this.#from, this.#to)) {
      if (this.#kept.has(value)) continue;
      if (value.kind === 'applied') {
        const { primitive, inputs, attributes, slot } = value;
        anew.set(value, graph.apply(primitive, inputs.map(now), attributes, slot, after));
      } else if (value.kind === 'repeat') {
        const { body, inputs, turns, reverse } = value;
        repeated.set(value, graph.repeat(body, inputs.map(now), turns, reverse, after));
      } else if (value.kind === 'outcome') {
        anew.set(value, repeated.get(value.of)?.[value.result] ?? value);
      }
    }
  }
}

/** The value that is computed last. */
function latest(values: readonly Value[]): AppliedValue['after'] {
  let last: AppliedValue['after'];
  for (const value of values) {
    const computed = value.kind === 'outcome' ? value.of : value;
    if (computed.kind !== 'applied' && computed.kind !== 'repeat') continue;
    if (!last || computed.id > last.id) last = computed;
  }
  return last;
}
