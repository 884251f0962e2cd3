/** Parts of the emitter that many programs have no use for. */
import { isRepeat, type Kernel, type Step } from '@evenkeel/backend';
import { partsOf } from '../renderer/graph.ts';

/** Those that are here. */
export const loaded: {
  routines?: typeof import('./routine.ts');
  windows?: typeof import('./contraction/windows.ts');
} = {};

/** Loads what the kernels of some steps need and is not here. */
export function loadFor(steps: readonly Step[]): Promise<unknown> | undefined {
  const loading: Promise<void>[] = [];
  if (!loaded.routines && steps.some(someKernel(isRoutine))) {
    loading.push(
      import('./routine.ts').then((module) => {
        loaded.routines = module;
      }),
    );
  }
  if (!loaded.windows && steps.some(someKernel(mayHaveWindows))) {
    loading.push(
      import('./contraction/windows.ts').then((module) => {
        loaded.windows = module;
      }),
    );
  }
  return loading.length > 0 ? Promise.all(loading) : undefined;
}

const someKernel =
  (is: (kernel: Kernel) => boolean) =>
  (step: Step): boolean =>
    isRepeat(step) ? step.body.some(someKernel(is)) : is(step.kernel);

function isRoutine(kernel: Kernel): boolean {
  return kernel.form === 'routine' && kernel.routine !== 'scatterAdd';
}

/** Whether an operand may be read by windows: what has several axes on a side, or asks where it stands. */
function mayHaveWindows(kernel: Kernel): boolean {
  if (kernel.form !== 'contraction') return false;
  const { n, k, a, b } = kernel;
  if (n.length + k.length > 2) return true;
  return [...partsOf([a, b])].some(
    (part) => part.kind === 'binary' && part.a.dtype === 'int32' && !['add', 'sub', 'mul'].includes(part.fn),
  );
}
