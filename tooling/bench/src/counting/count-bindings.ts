import { type Backend, isRepeat, type Program, type Step } from '@evenkeel/backend';

/**
 * Counts the bytes that a backend's kernels are given: the ranges of each kernel's bindings, once for each run of the kernel. For a
 * backend whose kernels share one large buffer, where the device does not see them. Workspaces of the backend's own are left out.
 *
 * @returns the bytes so far, as a function
 */
export function countBindings(backend: Backend): () => number {
  let bytes = 0;
  const run = backend.run.bind(backend);
  const times = new WeakMap<Program, readonly number[]>();
  backend.run = (prepared, bindings) => {
    const { program } = prepared;
    let uses = times.get(program);
    if (!uses) {
      uses = usesOf(program);
      times.set(program, uses);
    }
    bindings.buffers.forEach(({ length }, b) => {
      bytes += length * uses[b]!;
    });
    run(prepared, bindings);
  };
  return () => bytes;
}

/** How many kernels of a program work on each of its bindings; a step repeated counts as often. */
function usesOf({ bindings, steps }: Program): number[] {
  const uses = new Array<number>(bindings.length).fill(0);
  const visit = (steps: readonly Step[], turns: number): void => {
    for (const step of steps) {
      if (isRepeat(step)) visit(step.body, turns * step.repeat);
      else for (const b of step.bindings) uses[b]! += turns;
    }
  };
  visit(steps, 1);
  return uses;
}
