import { cpu } from '@evenkeel/backend-cpu';
import { DeviceError } from '@evenkeel/errors';
import type { Backend } from '@evenkeel/tensor';

/** A backend whose device can be taken away, with all that is on it. */
export interface Losable extends Backend {
  /** How many runs and reads were asked for since `loseAfter`. */
  readonly asked: number;
  /** Has the device go after so many runs and reads; at once after none. */
  loseAfter(runsAndReads: number): Losable;
}

/**
 * The oracle on a device that can be lost. Like a GPU it takes runs without a word when it is gone: reads tell.
 *
 * @param next what `reopen` gives; default: a device that stays
 */
export function losable(next: () => Promise<Backend> = async () => losable()): Losable {
  const inner = cpu();
  let asked = 0;
  let end = Number.POSITIVE_INFINITY;
  let isLost = false;
  const count = (): void => {
    if (asked++ === end) isLost = true;
  };
  const there = (): Backend => {
    if (isLost) throw new DeviceError('the device was lost', { remedy: 'make a new backend' });
    return inner;
  };
  const backend: Losable = {
    name: inner.name,
    limits: inner.limits,
    isAsynchronous: true,
    get asked() {
      return asked;
    },
    get isLost() {
      return isLost;
    },
    prepare: (program) => inner.prepare(program),
    allocate: (bytes) => there().allocate(bytes),
    release: (buffer) => inner.release(buffer),
    write: (...given) => inner.write(...given),
    run(...given) {
      count();
      if (!isLost) inner.run(...given);
    },
    async read(...given) {
      count();
      // Later than what is computed meanwhile, as a GPU's.
      const read = there().read(...given);
      await new Promise((resolve) => setImmediate(resolve));
      there();
      return read;
    },
    dispose: () => inner.dispose(),
    reopen: next,
    loseAfter(runsAndReads) {
      [asked, end, isLost] = [0, runsAndReads, runsAndReads === 0];
      return backend;
    },
  };
  return backend;
}
