import { missing } from '@evenkeel/node-gpu';
import { describe } from 'vitest';
import { gpu } from './counted-gpu.ts';

if (!gpu && process.env['REQUIRE_BROWSER']) throw new Error(missing);

/** Declares tests of a machine with a GPU, if only one in software; elsewhere they are skipped, and the reason is told. */
export function onGpu(name: string, declare: () => void): void {
  if (gpu) describe(name, declare);
  else describe.skip(`${name} (${missing})`, declare);
}
