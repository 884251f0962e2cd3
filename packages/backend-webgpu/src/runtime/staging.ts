/** Bytes of buffers for reading that are kept for the next. */
const mostKept = 64 * 2 ** 20;

/** Buffers that the host can read, by size. */
export class Staging {
  readonly #device: GPUDevice;
  readonly #free = new Map<number, GPUBuffer[]>();
  #kept = 0;

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  take(bytes: number): GPUBuffer {
    const size = Math.max(256, 2 ** Math.ceil(Math.log2(bytes)));
    const kept = this.#free.get(size)?.pop();
    if (kept) {
      this.#kept -= size;
      return kept;
    }
    return this.#device.createBuffer({ size, usage: 0x01 | 0x08 }); // MAP_READ | COPY_DST
  }

  give(buffer: GPUBuffer): void {
    const { size } = buffer;
    if (this.#kept + size > mostKept) {
      buffer.destroy();
      return;
    }
    this.#kept += size;
    const list = this.#free.get(size);
    if (list) list.push(buffer);
    else this.#free.set(size, [buffer]);
  }
}
