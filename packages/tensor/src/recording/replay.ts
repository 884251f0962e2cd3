import type { Binding, Shape } from '@evenkeel/backend';
import { type InputValue, type Plan, planProgram, type Value } from '@evenkeel/compiler';
import { copied } from '../engine/copied.ts';
import type { Device, PreparedProgram } from '../engine/device.ts';
import { bindingOf, named } from '../engine/execute.ts';
import { bindPlaces, blank, PlanMemory } from '../engine/plans.ts';
import type { Tensor } from '../tensor.ts';
import type { Outline } from './outline.ts';
import type { Guard, HostEvent, Recorder, Source } from './recorder.ts';
import { laySideBySide, rowsAmong } from './side-by-side.ts';
import { mapTensors } from './tree.ts';
import type { PlanWatcher, Runner } from './watcher.ts';

/** What a recording leaves behind: a program, and what each call has to bring and take away. */
export class Replay<Result> {
  readonly plan: Plan;
  readonly guards: readonly Guard[];
  readonly sources: readonly Source[];
  readonly #device: Device;
  readonly #prepared: PreparedProgram;
  readonly #events: readonly HostEvent[];
  readonly #afterwards: readonly (() => void)[];
  /** Tensors that lie one after another when the program runs. */
  readonly #rows: readonly (readonly Tensor[])[];
  /** Inputs that take values over: they must have memory of their own. */
  readonly #overwritten: ReadonlySet<number>;
  readonly #results: readonly { readonly shape: Shape; readonly dtype: Value['dtype'] }[];
  /** Where results go that are not returned: the gradients of these tensors. */
  readonly #gradients: Outline<Result>['gradients'];
  readonly #returned: Result;
  /** Which result stands in the place of a tensor of the returned tree. */
  readonly #resultOf: ReadonlyMap<Tensor, number>;
  readonly #argumentOf: ReadonlyMap<Tensor, number>;
  #arena: PlanMemory | undefined;
  readonly #runner: Runner | undefined;

  /**
   * @param options for planning: whether operations are fused
   * @param watch who hears of it
   */
  constructor(outline: Outline<Result>, options: { readonly together: boolean }, watch?: PlanWatcher) {
    const { recorder, returned, results, resultOf, argumentOf, gradients } = outline;
    const { graph, device } = recorder;
    const overwritten = new Set(outline.overwritten);
    this.#returned = returned;
    const planOptions = { ...options, ...movableOf(recorder) };
    this.#runner = watch?.(outline, planOptions);
    this.plan = planProgram(graph, device.backend.limits, planOptions);
    this.guards = recorder.guards;
    this.sources = recorder.sources;
    this.#device = device;
    this.#events = recorder.events;
    this.#afterwards = recorder.afterwards;
    this.#rows = this.plan.rows.map((row) =>
      row.map((input) => (recorder.sources[input] as Extract<Source, { kind: 'captured' }>).tensor),
    );
    // What lies side by side with others is seen to before.
    for (const input of this.plan.rows.flat()) overwritten.delete(input);
    this.#overwritten = overwritten;
    this.#results = results.map(({ shape, dtype }) => ({ shape, dtype }));
    this.#gradients = gradients;
    this.#resultOf = resultOf;
    this.#argumentOf = argumentOf;
    this.#prepared = device.prepare(this.plan.program);
  }

  /** Whether everything that decided what was recorded is still as it was. */
  get holds(): boolean {
    for (const { read, value } of this.guards) if (!Object.is(read(), value)) return false;
    return true;
  }

  /** Does on the host what the function does there; gives the numbers that it brings. */
  happen(): number[] {
    const numbers = new Array<number>(this.plan.program.arguments.length);
    for (const event of this.#events) {
      if (event.kind === 'effect') event.run();
      else {
        const made = event.produce();
        for (let i = 0; i < made.length; i++) numbers[event.slot + i] = made[i] as number;
      }
    }
    return numbers;
  }

  /**
   * Runs the program.
   *
   * @param recorder of a recording that this call made, which knows what gradients there were before
   */
  run(args: readonly Tensor[], numbers: readonly number[], recorder?: Recorder): Result {
    for (const row of this.#rows) laySideBySide(this.#device, row);
    const inputs = this.sources.map((source, i) => this.#inputBinding(source, args, i, recorder));
    const results = this.#results.map((spec) => blank(this.#device, spec));
    this.#arena ??= new PlanMemory(this.#device, this.plan);
    const buffers = bindPlaces(this.plan, { inputs, results: results.map(bindingOf) }, this.#arena);
    try {
      if (this.#runner) this.#runner(this.#device, this.#prepared, buffers, numbers);
      else this.#device.run(this.#prepared, buffers, numbers);
    } catch (error) {
      throw named(error, 'a compiled function');
    }
    for (const [of, left] of this.#gradients) of.grad = typeof left === 'number' ? results[left] : left;
    for (const end of this.#afterwards) end();
    return mapTensors(this.#returned, (tensor) => {
      const [result, argument] = [this.#resultOf.get(tensor), this.#argumentOf.get(tensor)];
      return (argument === undefined ? (result === undefined ? tensor : results[result]) : args[argument]) as Tensor;
    });
  }

  /** Gives its own memory back. */
  release(): void {
    this.#arena?.release();
    this.#arena = undefined;
  }

  #inputBinding(source: Source, args: readonly Tensor[], input: number, recorder?: Recorder): Binding {
    const tensor =
      source.kind === 'argument'
        ? (args[source.position] as Tensor)
        : source.kind === 'captured'
          ? source.tensor
          : ((recorder?.gradientBefore(source.of) ?? source.of.peekGrad()) as Tensor);
    // What others look at too must not change under their eyes.
    if (this.#overwritten.has(input) && tensor.memory().storage.isShared) {
      const own = copied(tensor);
      tensor.become(own.memory());
      own.release();
    }
    return bindingOf(tensor);
  }
}

/** Inputs that the library may move, because it finds them by itself at every call; and which of them lie side by side already. */
function movableOf({ graph, sources }: Recorder) {
  const inputs = new Map<Tensor, InputValue>();
  sources.forEach((source, i) => {
    if (source.kind !== 'captured' || !source.tensor.isContiguous || source.tensor.size === 0) return;
    inputs.set(source.tensor, graph.inputs[i] as InputValue);
  });
  const rows = rowsAmong([...inputs.keys()]).map((row) => row.map((tensor) => inputs.get(tensor) as InputValue));
  return { movable: [...inputs.values()], rows };
}
