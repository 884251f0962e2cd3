import type { DeviceBuffer } from '@evenkeel/backend';
import { DeviceError } from '@evenkeel/errors';
import type { Tally } from './counters.ts';

/** A buffer that has a size and nothing in it. */
class NullBuffer implements DeviceBuffer {
  readonly bytes: number;
  readonly owner: Memory;
  isReleased = false;

  constructor(owner: Memory, bytes: number) {
    this.owner = owner;
    this.bytes = bytes;
  }
}

/** Counts buffers, and refuses the same misuse as a backend that has memory. */
export class Memory {
  readonly #tally: Tally;
  #isDisposed = false;

  constructor(tally: Tally) {
    this.#tally = tally;
  }

  allocate(bytes: number): DeviceBuffer {
    if (this.#isDisposed) throw disposed(`allocating ${bytes} bytes`);
    if (!Number.isSafeInteger(bytes) || bytes < 0) {
      throw new DeviceError('a buffer cannot have this size', {
        doing: 'allocating on the null backend',
        got: `${bytes} bytes`,
        expected: 'a whole number of bytes, 0 or more',
      });
    }
    const tally = this.#tally;
    tally.buffers++;
    tally.liveBytes += bytes;
    tally.peakBytes = Math.max(tally.peakBytes, tally.liveBytes);
    return new NullBuffer(this, bytes);
  }

  release(buffer: DeviceBuffer): void {
    this.check(buffer, 0, 0, 'releasing a buffer');
    (buffer as NullBuffer).isReleased = true;
    this.#tally.buffers--;
    this.#tally.liveBytes -= buffer.bytes;
  }

  /** Makes sure that a range lies in a live buffer of this backend. */
  check(buffer: DeviceBuffer, offset: number, length: number, doing: string): void {
    if (this.#isDisposed) throw disposed(doing);
    if (!(buffer instanceof NullBuffer) || buffer.owner !== this) {
      throw new DeviceError('this buffer belongs to another backend', {
        doing: `${doing} on the null backend`,
        expected: 'a buffer that this very backend allocated',
      });
    }
    if (buffer.isReleased) {
      throw new DeviceError('this buffer was released', {
        doing: `${doing} on the null backend`,
        got: `a released buffer of ${buffer.bytes} bytes`,
        remedy: 'release a buffer once, after its last use',
      });
    }
    if (!(offset >= 0 && length >= 0 && offset + length <= buffer.bytes)) {
      throw new DeviceError('the range reaches outside the buffer', {
        doing: `${doing} on the null backend`,
        got: `${length} bytes from byte ${offset} of a buffer of ${buffer.bytes} bytes`,
      });
    }
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#tally.buffers = 0;
    this.#tally.liveBytes = 0;
  }
}

function disposed(doing: string): DeviceError {
  return new DeviceError('the null backend was disposed', { doing });
}
