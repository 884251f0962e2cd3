import { type BackendDescription, describeBackends } from '../backends.ts';
import { type Console, writeJson } from '../console.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';

/** `evenkeel backends`: what there is to compute on, and how fast it is here. */
export async function backendsCommand({ json }: { json?: boolean }, console: Console): Promise<ExitCode> {
  const backends = await describeBackends();
  if (json) writeJson(console, { backends });
  else for (const backend of backends) console.out.write(`${describe(backend)}\n`);
  return EXIT.ok;
}

function describe({ name, about, here }: BackendDescription): string {
  const lines = 'missing' in here ? [`not here: ${here.missing}`] : whatItHas(here);
  const [first, ...others] = [about, ...lines].join('\n').split('\n');
  return [name.padEnd(INDENT) + first, ...others.map((line) => ' '.repeat(INDENT) + line)].join('\n');
}

function whatItHas({
  dtypes,
  threads,
  adapter,
  speed,
}: Exclude<BackendDescription['here'], { missing: string }>): string[] {
  const lines = [`${dtypes.join(', ')}; ${threads} thread${threads === 1 ? '' : 's'}`];
  if (adapter) {
    lines.push(adapter.name, `features: ${adapter.features.join(', ') || 'none'}`);
    lines.push(`float32: ${behavior(adapter.float32)}`, `float16: ${behavior(adapter.float16)}`);
  }
  if (speed) {
    const { matmulGflops, memoryGBps, mixedMilliseconds } = speed;
    const rates = `products ${matmulGflops.toPrecision(3)} GFLOP/s, memory ${memoryGBps.toPrecision(3)} GB/s`;
    lines.push(`measured: ${rates}, mixed work ${mixedMilliseconds.toPrecision(2)} ms`);
  }
  return lines;
}

/** How a device computes with a dtype, in words: `precision full, arithmetic fused`. */
function behavior(measured: object | string): string {
  if (typeof measured === 'string') return measured;
  return Object.entries(measured)
    .map(([what, how]) => `${what.replace('squareRoot', 'square root')} ${how}`)
    .join(', ');
}

const INDENT = 8;
