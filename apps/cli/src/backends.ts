import type { DeviceDescription } from '@evenkeel/backend-webgpu';
import { ConfigError, DeviceError, nearestName } from '@evenkeel/errors';
import { type Backend, type DType, useBackend } from '@evenkeel/tensor';
import { type DeviceSpeed, measureBackend } from './measure-backend.ts';

/** How much of the machine to use, where a backend leaves that open; the result is the same. */
export interface MachineUse {
  /** How many threads work on a program. Default: as many as there are cores, up to 8. */
  threads?: number | undefined;
  /** Whether to have V8 join vectors to 256 bits. Default: false. */
  wide?: boolean | undefined;
}

/** The backends of this command line, and what each is for. Loaded only when used: a command starts in milliseconds. */
const BACKENDS: Readonly<Record<string, { about: string; load: (use: MachineUse) => Promise<Backend> }>> = {
  wasm: {
    about: 'WebAssembly with SIMD and threads; the one to train with',
    load: async ({ threads, wide = false }) => {
      const { joinVectors, wasm } = await import('@evenkeel/backend-wasm');
      const joined = wide ? joinVectors() : undefined;
      if (wide && !joined) throw cannotJoin();
      return wasm({ threads: threads ?? 'auto', wide: joined });
    },
  },
  cpu: {
    about: 'plain TypeScript; slow, what the others are checked against',
    load: async () => (await import('@evenkeel/backend-cpu')).cpu(),
  },
  webgpu: {
    about: 'the GPU, by the package webgpu (Dawn) where it is installed',
    load: async () => (await import('./node-webgpu.ts')).nodeWebgpu(),
  },
};

/** Of these `auto` takes the fastest; the oracle is slower by orders of magnitude. */
const CANDIDATES = ['wasm', 'webgpu'] as const;

/** What `--backend` takes: a backend's name, or the fastest of those that are there. */
const BACKEND_NAMES: readonly string[] = [...Object.keys(BACKENDS), 'auto'];

/** What is known of one backend on this machine. */
export interface BackendDescription {
  readonly name: string;
  readonly about: string;
  /** Why it cannot be used here, or what it has. */
  readonly here:
    | { readonly missing: string }
    | {
        readonly dtypes: readonly string[];
        readonly threads: number;
        readonly arithmetic: string;
        /** The GPU, where it is one. */
        readonly adapter?: { readonly name: string } & Pick<DeviceDescription, 'features' | 'float32' | 'float16'>;
        /** Not of the oracle, which is not for speed. */
        readonly speed?: DeviceSpeed;
      };
}

/**
 * Makes a backend the current one.
 *
 * @throws ConfigError for an unknown name, with the nearest known one, and where vectors cannot be joined here
 * @throws DeviceError where it cannot be used here
 */
export async function selectBackend(name: string, use: MachineUse = {}): Promise<void> {
  useBackend(await find(name).load(use));
}

/**
 * The backend that a name stands for: itself, or for `auto` the one that takes least time here for the same mixed work.
 *
 * @param tell is told what `auto` came to
 * @param dtype what it must have besides what all have
 * @throws ConfigError for an unknown name, with the nearest known one, and where there is no such backend with the dtype
 */
export async function chooseBackend(
  name: string,
  tell: (line: string) => void,
  use: MachineUse = {},
  dtype: DType = 'float32',
): Promise<string> {
  if (name !== 'auto') {
    find(name);
    // Made and given back where it must have what not every machine has.
    const isPlain = dtype === 'float32' && !use.wide;
    const has = isPlain || (await using(name, use, async ({ limits }) => limits.dtypes.includes(dtype)));
    if (!has) throw withoutDType(`The backend ${name}`, dtype);
    return name;
  }
  const measured: { name: string; milliseconds: number }[] = [];
  for (const candidate of CANDIDATES) {
    const speed = await using(candidate, use, async (backend) =>
      backend.limits.dtypes.includes(dtype) ? measureBackend(backend, CHOICE_SECONDS) : { missing: dtype },
    );
    if (!('missing' in speed)) measured.push({ name: candidate, milliseconds: speed.mixedMilliseconds });
  }
  measured.sort((one, other) => one.milliseconds - other.milliseconds);
  const times = measured.map(({ name: candidate, milliseconds }) => `${candidate} ${milliseconds.toPrecision(2)} ms`);
  if (measured.length === 0 && dtype !== 'float32') throw withoutDType(`None of ${CANDIDATES.join(', ')}`, dtype);
  const chosen = measured[0]?.name ?? 'wasm';
  tell(`backend ${chosen}: the fastest here for mixed work (${times.join(', ')})`);
  return chosen;
}

const CHOICE_SECONDS = 0.5;
const LISTING_SECONDS = 2;

/** Each backend with what it has and how fast it is here, for `evenkeel backends`. */
export async function describeBackends(): Promise<BackendDescription[]> {
  const described: BackendDescription[] = [];
  for (const [name, { about }] of Object.entries(BACKENDS)) {
    const here = await using(name, {}, async (backend) => {
      const { dtypes, threads, arithmetic } = backend.limits;
      const isMeasured = CANDIDATES.some((candidate) => candidate === name);
      const speed = isMeasured ? { speed: await measureBackend(backend, LISTING_SECONDS) } : {};
      return { dtypes: [...dtypes], threads, arithmetic, ...adapterOf(backend), ...speed };
    });
    described.push({ name, about, here });
  }
  return described;
}

/** Opens a backend, does something with it, and gives it back; or says why it is not there. */
async function using<Result>(
  name: string,
  use: MachineUse,
  act: (backend: Backend) => Promise<Result>,
): Promise<Result | { readonly missing: string }> {
  let backend: Backend;
  try {
    backend = await find(name).load(use);
  } catch (error) {
    if (error instanceof DeviceError) return { missing: error.message };
    throw error;
  }
  try {
    return await act(backend);
  } finally {
    backend.dispose();
  }
}

function adapterOf(backend: Backend) {
  if (!('device' in backend)) return {};
  const { vendor, architecture, description, features, float32, float16 } = backend.device as DeviceDescription;
  const name = [vendor, architecture, description].filter(Boolean).join(' ');
  return { adapter: { name, features: [...features], float32, float16 } };
}

function withoutDType(which: string, dtype: DType): ConfigError {
  return new ConfigError(`${which} has no ${dtype}`, {
    expected: `a backend with ${dtype}: webgpu on most GPUs, or cpu, which is slow`,
    remedy: `--backend webgpu, or no --precision; evenkeel backends tells what each has here`,
  });
}

function cannotJoin(): ConfigError {
  return new ConfigError('Vectors cannot be joined here', {
    got: `Node ${process.versions.node} on ${process.arch}`,
    expected: 'Node 26 or newer on x64',
    remedy: 'leave --wide out: the result is the same',
  });
}

function find(name: string) {
  const found = Object.hasOwn(BACKENDS, name) ? BACKENDS[name] : undefined;
  if (found) return found;
  const near = nearestName(name, BACKEND_NAMES);
  throw new ConfigError(`There is no backend "${name}"`, {
    expected: BACKEND_NAMES.join(' or '),
    remedy: near ? `did you mean ${near}?` : 'evenkeel backends lists them',
  });
}
