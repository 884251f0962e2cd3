/** What the page runs: the suite on a backend that is made there. */
import type { Backend } from '@evenkeel/backend';
import { cpu } from '@evenkeel/backend-cpu';
import { wasm } from '@evenkeel/backend-wasm';
import { webgpu } from '@evenkeel/backend-webgpu';
import { type Asked, checkBackend } from '../check-backend.ts';
import type { BackendReport } from '../report.ts';
import type { Skips } from '../skips.ts';

/** What the page answers to. */
export type CheckInPage = (name: string, skips: Skips, asked: Asked) => Promise<BackendReport>;

const makers: Readonly<Record<string, () => Backend | Promise<Backend>>> = { cpu, wasm, webgpu };

const check: CheckInPage = async (name, skips, asked) => {
  const make = makers[name];
  if (!make) throw new Error(`a page has no backend ${name}`);
  return checkBackend(name, await make(), skips, asked);
};

Object.assign(globalThis, { check });
