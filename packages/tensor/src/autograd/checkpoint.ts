import { ConfigError } from '@evenkeel/errors';
import { scope, tensorsIn } from '../engine/scope.ts';
import { Tape } from '../engine/tape.ts';
import { activeRecorder } from '../recording/active.ts';
import { Region } from '../recording/region.ts';
import { mapTensors } from '../recording/tree.ts';
import type { Tensor } from '../tensor.ts';
import { isGradEnabled } from './mode.ts';
import { GradientNode, nodesMade } from './node.ts';

/**
 * The same function, whose intermediate results are not kept for `backward()` but computed anew when it needs them: memory for
 * time (`torch.utils.checkpoint`). What it is given, what it reads from outside and what it returns stay. Values and gradients are the same.
 *
 * The function itself runs once. What is computed anew are its operations, with the numbers of the first time: random draws, and
 * what state held then. Assignments and host effects happen once. Checkpoints may lie in one another and in compiled functions, and may be
 * differentiated twice. Where nothing is differentiated the function just runs. Chen et al. 2016, Training deep nets with sublinear
 * memory cost.
 *
 * ```ts
 * const weight = new Parameter(ones([100, 2]));
 * const block = checkpoint((x: Tensor) => weight.matmul(x).tanh().square().mean(0)); // leaves 3 numbers, and not 300
 * block(ones([2, 3])).sum().backward();
 * console.log(weight.grad?.shape); // prints [ 100, 2 ]
 * ```
 *
 * @param fn returns tensors: one, or arrays, maps and plain objects of them. Others that it makes are released at its end, as in
 *   `noGrad`, unless `keep()` is called on them
 * @throws ConfigError if it is async or returns no tensor
 */
export function checkpoint<Args extends readonly unknown[], Result>(
  fn: (...args: Args) => Result,
): (...args: Args) => Result {
  return (...args) => {
    const run = () => expectTensors(fn(...args));
    if (!isGradEnabled()) return run();
    const recorder = activeRecorder();
    return recorder ? passRecorded(run, new Region(recorder)) : scope(() => passNoted(run, new Tape()));
  };
}

/** The first pass in a compiled function. What is computed anew is written down in the backward pass. */
function passRecorded<Result>(run: () => Result, region: Region): Result {
  const first = nodesMade();
  const result = run();
  region.end(tensorsIn(result));
  return gated(result, first, [], (cotangents) => region.repeat(cotangents));
}

/** The first pass of a function that runs at once. What its gradient would keep loses its memory until the backward pass. */
function passNoted<Result>(run: () => Result, tape: Tape): Result {
  const first = nodesMade();
  const result = tape.during(() => scope(run));
  const inner = tensorsIn(result);
  tape.forget(inner);
  const missing = savedBehind(inner, first).filter((tensor) => tape.isForgotten(tensor));
  const way = tape.wayTo(missing);
  const outer = gated(result, first, way.from, () => way.walk());
  tape.close(inner, tensorsIn(outer));
  return outer;
}

/** The same result behind a node that has its inside computed anew before anything flows there. */
function gated<Result>(
  result: Result,
  first: number,
  saved: readonly Tensor[],
  compute: (cotangents: readonly (Tensor | undefined)[]) => void,
): Result {
  const outer = new Map<Tensor, Tensor>();
  for (const tensor of tensorsIn(result)) {
    if (tensor.node && tensor.node.order >= first) outer.set(tensor, tensor.detach());
  }
  if (outer.size > 0) new CheckpointNode([...outer.keys()], [...outer.values()], saved, compute);
  return mapTensors(result, (tensor) => outer.get(tensor) ?? tensor);
}

class CheckpointNode extends GradientNode {
  readonly #compute: (cotangents: readonly (Tensor | undefined)[]) => void;

  constructor(
    inputs: readonly Tensor[],
    outputs: readonly Tensor[],
    saved: readonly Tensor[],
    compute: (cotangents: readonly (Tensor | undefined)[]) => void,
  ) {
    super('checkpoint', inputs, outputs, saved);
    this.#compute = compute;
  }

  pull(cotangents: readonly (Tensor | undefined)[]): readonly (Tensor | undefined)[] {
    this.#compute(cotangents);
    return cotangents;
  }
}

/** What the nodes since the first will read that tensors depend on. */
function savedBehind(tensors: readonly Tensor[], first: number): Tensor[] {
  const saved = new Set<Tensor>();
  const found = new Set<GradientNode>();
  const waiting = tensors.flatMap(({ node }) => node ?? []);
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    if (found.has(node) || node.order < first) continue;
    found.add(node);
    for (const tensor of node.saved ?? []) saved.add(tensor);
    waiting.push(...node.inputs.flatMap((input) => input.node ?? []));
  }
  return [...saved];
}

function expectTensors<Result>(result: Result): Result {
  if (!(result instanceof Promise) && tensorsIn(result).length > 0) return result;
  throw new ConfigError('a checkpoint needs a function that returns tensors', {
    op: 'checkpoint',
    got: result instanceof Promise ? 'an async function' : `a function that returned ${String(result)}`,
    expected: 'a tensor, or arrays, maps and plain objects with tensors',
    remedy: 'read values after the call, and return every tensor that is used outside',
  });
}
