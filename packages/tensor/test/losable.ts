import { cpu } from '@evenkeel/backend-cpu';
import { DeviceError } from '@evenkeel/errors';
import type { Backend } from '@evenkeel/tensor';

/** A backend whose device can be taken away, with all that is on it. */
export interface Losable extends Backend {
  lose(): void;
}

/** The oracle on a device that can be lost. */
export function losable(inner: Backend = cpu()): Losable {
  let isLost = false;
  const there = (): Backend => {
    if (isLost) throw new DeviceError('the device was lost');
    return inner;
  };
  return {
    name: inner.name,
    limits: inner.limits,
    get isLost() {
      return isLost;
    },
    prepare: (program) => there().prepare(program),
    allocate: (bytes) => there().allocate(bytes),
    release: (buffer) => inner.release(buffer),
    write: (...given) => there().write(...given),
    run: (...given) => there().run(...given),
    read: async (...given) => there().read(...given),
    dispose: () => inner.dispose(),
    reopen: async () => losable(),
    lose() {
      isLost = true;
    },
  };
}
