import type { ContractionKernel } from '@evenkeel/backend';
import type { Variant } from './variant.ts';

/** What decides how kernels are cut, besides their shape. */
export interface Profile {
  /**
   * Whether invocations of a workgroup work together through shared memory. A GPU in software runs them one after another, and
   * takes a hundred times longer to make such a shader.
   */
  readonly sharedMemory: boolean;
  /** Whether invocations that run in step are asked for each other's values before shared memory is. */
  readonly subgroups?: boolean | undefined;
  /** How contractions are cut that were measured on the device. */
  readonly tuned?: ((kernel: ContractionKernel) => Variant | undefined) | undefined;
}
