import type { DeviceBuffer } from '@evenkeel/backend';
import { DeviceError } from '@evenkeel/errors';

/** A buffer of the cpu backend: an `ArrayBuffer` until it is released. */
export class CpuBuffer implements DeviceBuffer {
  readonly bytes: number;
  readonly owner: Memory;
  /** Undefined once released. */
  content: ArrayBuffer | undefined;

  constructor(owner: Memory, content: ArrayBuffer) {
    this.owner = owner;
    this.bytes = content.byteLength;
    this.content = content;
  }
}

/** Makes and takes back the buffers of one backend, and counts what is live. */
export class Memory {
  #liveBytes = 0;
  #liveBuffers = 0;
  #isDisposed = false;

  allocate(bytes: number): CpuBuffer {
    const live = `${this.#liveBytes} bytes are live in ${this.#liveBuffers} buffers`;
    if (this.#isDisposed) throw new DeviceError('the cpu backend was disposed', { doing: `allocating ${bytes} bytes` });
    if (!Number.isSafeInteger(bytes) || bytes < 0) {
      throw new DeviceError('a buffer cannot have this size', {
        doing: 'allocating on the cpu backend',
        got: `${bytes} bytes`,
        expected: 'a whole number of bytes, 0 or more',
      });
    }
    let content: ArrayBuffer;
    try {
      content = new ArrayBuffer(bytes);
    } catch (cause) {
      throw new DeviceError(`out of memory: ${bytes} bytes asked for, ${live}`, {
        doing: 'allocating on the cpu backend',
        remedy: 'use a smaller batch or model, or release what is no longer needed',
        cause,
      });
    }
    // All ones is NaN in both float widths and -1 in int32: whoever relies on fresh memory being zero shows at once.
    new Uint8Array(content).fill(0xff);
    this.#liveBytes += bytes;
    this.#liveBuffers++;
    return new CpuBuffer(this, content);
  }

  release(buffer: DeviceBuffer): void {
    // What was alive when the backend went is gone already.
    if (this.#isDisposed) return;
    this.contentOf(buffer, 'releasing a buffer');
    (buffer as CpuBuffer).content = undefined;
    this.#liveBytes -= buffer.bytes;
    this.#liveBuffers--;
  }

  /** The memory behind a live buffer of this backend; anything else is an error. */
  contentOf(buffer: DeviceBuffer, doing: string): ArrayBuffer {
    if (this.#isDisposed) throw new DeviceError('the cpu backend was disposed', { doing });
    if (!(buffer instanceof CpuBuffer) || buffer.owner !== this) {
      throw new DeviceError('this buffer belongs to another backend', {
        doing: `${doing} on the cpu backend`,
        expected: 'a buffer that this very backend allocated',
      });
    }
    if (buffer.content === undefined) {
      throw new DeviceError('this buffer was released', {
        doing: `${doing} on the cpu backend`,
        got: `a released buffer of ${buffer.bytes} bytes`,
        remedy: 'release a buffer once, after its last use',
      });
    }
    return buffer.content;
  }

  /** The bytes of a range of a buffer. */
  bytesOf(buffer: DeviceBuffer, offset: number, length: number, doing: string): Uint8Array<ArrayBuffer> {
    const content = this.contentOf(buffer, doing);
    if (!(offset >= 0 && length >= 0 && offset + length <= content.byteLength)) {
      throw new DeviceError('the range reaches outside the buffer', {
        doing: `${doing} on the cpu backend`,
        got: `${length} bytes from byte ${offset} of a buffer of ${content.byteLength} bytes`,
      });
    }
    return new Uint8Array(content, offset, length);
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#liveBytes = 0;
    this.#liveBuffers = 0;
  }
}
