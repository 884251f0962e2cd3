import { type Backend, kernelKey } from '@evenkeel/backend';
import type { StepInfo } from '@evenkeel/compiler/printers';

/** Prints what a backend makes of each of some kernels, once. */
export async function printSource(
  backend: Backend,
  steps: readonly StepInfo[],
  write: (text: string) => void,
): Promise<void> {
  if (!backend.source) {
    write(`${backend.name} makes no code of kernels`);
    return;
  }
  const seen = new Set<string>();
  for (const { number, kernel, domain } of steps) {
    const key = kernelKey(kernel);
    if (seen.has(key)) continue;
    seen.add(key);
    write(`code of step ${number}, ${domain}\n${await backend.source(kernel)}`);
  }
}
