import type { Backend, Prepared } from '@evenkeel/backend';

/** A backend that takes its time to prepare a program, as one does that compiles on another thread. */
export function asynchronous(backend: Backend): Backend {
  return {
    name: `asynchronous ${backend.name}`,
    limits: backend.limits,
    prepare: async (program): Promise<Prepared> => {
      await Promise.resolve();
      return backend.prepare(program);
    },
    allocate: (bytes) => backend.allocate(bytes),
    release: (buffer) => backend.release(buffer),
    write: (buffer, data, offset) => backend.write(buffer, data, offset),
    run: (prepared, bindings) => backend.run(prepared, bindings),
    read: (buffer, range) => backend.read(buffer, range),
    dispose: () => backend.dispose(),
  };
}
