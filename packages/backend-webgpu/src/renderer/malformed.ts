import { type Kernel, printKernel } from '@evenkeel/backend';
import { EvenKeelError } from '@evenkeel/errors';

/** An error for a kernel that breaks the contract: always a bug in whoever made it, so it shows the kernel. */
export function malformed(kernel: Kernel, what: string): EvenKeelError {
  return new EvenKeelError(`a kernel breaks the contract: ${what}`, {
    doing: 'preparing a kernel on webgpu',
    got: `\n${printKernel(kernel)}`,
    remedy: 'this is a bug in what lowered the program, not in your code: please report it with this text',
  });
}
