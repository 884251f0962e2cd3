/** Reads the number formats of the WebAssembly binary format. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#position >= this.#bytes.length;
  }

  byte(): number {
    return this.#bytes[this.#position++] as number;
  }

  bytes(count: number): Uint8Array {
    this.#position += count;
    return this.#bytes.slice(this.#position - count, this.#position);
  }

  /** Unsigned LEB128. */
  u32(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
  }

  /** Signed LEB128. */
  s32(): number {
    let value = 0;
    for (let shift = 0; ; ) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      shift += 7;
      if (byte < 0x80) return shift < 32 && (byte & 0x40) !== 0 ? value | (-1 << shift) : value;
    }
  }

  /** As many things as the number before them says. */
  list<Item>(read: (index: number) => Item): Item[] {
    return Array.from({ length: this.u32() }, (_, i) => read(i));
  }

  /** What a number before it gives the size of. */
  sized(): ByteReader {
    return new ByteReader(this.bytes(this.u32()));
  }
}
