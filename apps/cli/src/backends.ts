import { ConfigError, nearestName } from '@evenkeel/errors';
import { useBackend } from '@evenkeel/tensor';

/** The backends of this command line, and what each is for. Loaded only when used: a command starts in milliseconds. */
const BACKENDS: Readonly<Record<string, { about: string; load: () => Promise<Parameters<typeof useBackend>[0]> }>> = {
  wasm: {
    about: 'WebAssembly with SIMD on one thread; the one to train with',
    load: async () => (await import('@evenkeel/backend-wasm')).wasm(),
  },
  cpu: {
    about: 'plain TypeScript; slow, what the others are checked against',
    load: async () => (await import('@evenkeel/backend-cpu')).cpu(),
  },
};

/**
 * Makes a backend the current one.
 *
 * @throws ConfigError for an unknown name, with the nearest known one
 */
export async function selectBackend(name: string): Promise<void> {
  useBackend(await find(name).load());
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
