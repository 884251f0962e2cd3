import { countKernels } from '@evenkeel/backend';
import type { Plan } from '@evenkeel/compiler';

/** What a plan costs. */
export interface Figures {
  /** Launches of one run; the turns of a repeated body count each. */
  readonly kernels: number;
  /** The memory that the kernels share, without parameters, state and inputs. */
  readonly plannedBytes: number;
  /** What that would be if nothing shared memory. */
  readonly intermediateBytes: number;
}

export function figuresOf({ program, arenaBytes, intermediateBytes }: Plan): Figures {
  return { kernels: countKernels(program.steps), plannedBytes: arenaBytes, intermediateBytes };
}
