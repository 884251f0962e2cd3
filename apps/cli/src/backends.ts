import { ConfigError, nearestName } from '@evenkeel/errors';
import { type Backend, useBackend } from '@evenkeel/tensor';

/** The backends of this command line, and what each is for. Loaded only when used: a command starts in milliseconds. */
const BACKENDS: Readonly<Record<string, { about: string; load: (threads?: number) => Promise<Backend> }>> = {
  wasm: {
    about: 'WebAssembly with SIMD and threads; the one to train with',
    load: async (threads = 0) => (await import('@evenkeel/backend-wasm')).wasm({ threads: threads || 'auto' }),
  },
  cpu: {
    about: 'plain TypeScript; slow, what the others are checked against',
    load: async () => (await import('@evenkeel/backend-cpu')).cpu(),
  },
};

/**
 * Makes a backend the current one.
 *
 * @param threads how many work on a program, where the backend has threads; default: as many as there are cores, up to 8
 * @throws ConfigError for an unknown name, with the nearest known one
 */
export async function selectBackend(name: string, threads?: number): Promise<void> {
  useBackend(await find(name).load(threads));
}

/** The backend's name, if there is one of that name. */
export function checkBackend(name: string): string {
  find(name);
  return name;
}

/** Each backend with its limits, for `evenkeel backends`. */
export async function describeBackends() {
  return Promise.all(
    Object.entries(BACKENDS).map(async ([name, { about, load }]) => {
      const backend = await load();
      const { dtypes, threads, arithmetic } = backend.limits;
      backend.dispose();
      return { name, about, dtypes: [...dtypes], threads, arithmetic };
    }),
  );
}

function find(name: string) {
  const found = Object.hasOwn(BACKENDS, name) ? BACKENDS[name] : undefined;
  if (found) return found;
  const near = nearestName(name, Object.keys(BACKENDS));
  throw new ConfigError(`There is no backend "${name}"`, {
    expected: Object.keys(BACKENDS).join(' or '),
    remedy: near ? `did you mean ${near}?` : 'evenkeel backends lists them',
  });
}
