import { itemBytes, type Limits, sizeOf } from '@evenkeel/backend';
import { type Memory, wholeOf } from '../fusion/memory.ts';

/** Ranges begin at multiples of this, so that vectors and other threads' cache lines do not straddle them. */
const alignment = 64;

export interface Use {
  readonly bytes: number;
  readonly first: number;
  last: number;
  offset: number;
}

/**
 * One range of memory for everything that lives between two kernels: what is not needed at the same time may lie at the same
 * place. The largest are placed first, each as low as it fits.
 */
export class Arena {
  readonly #uses = new Map<object, Use>();
  /** Where in a row what lies with others lies. */
  readonly #inRow = new Map<object, { readonly row: object; readonly offset: number; readonly bytes: number }>();
  readonly #rowBytes = new Map<object, number>();
  readonly #pieceBytes: number;
  #bytes = 0;

  /** @param pieceBytes at multiples of which another piece of memory begins; only what is larger lies in two */
  constructor(pieceBytes = Number.POSITIVE_INFINITY) {
    this.#pieceBytes = pieceBytes;
  }

  /** Says that some things lie side by side, in order and without gaps. Before they are used. */
  join(row: readonly { readonly what: object; readonly bytes: number }[]): void {
    let offset = 0;
    for (const { what, bytes } of row) {
      this.#inRow.set(what, { row, offset, bytes });
      offset += bytes;
    }
    this.#rowBytes.set(row, offset);
  }

  /** Says that something of a size is needed at a time; times only grow. */
  use(what: object | undefined, bytes: number, time: number): void {
    if (!what) return;
    const row = this.#inRow.get(what)?.row;
    if (row) this.#use(row, this.#rowBytes.get(row) as number, time);
    else this.#use(what, bytes, time);
  }

  #use(what: object, bytes: number, time: number): void {
    const known = this.#uses.get(what);
    if (known) known.last = time;
    else this.#uses.set(what, { bytes, first: time, last: time, offset: 0 });
  }

  /** Finds a place for everything. */
  arrange(): void {
    const placed: Use[] = [];
    for (const use of [...this.#uses.values()].sort((a, b) => b.bytes - a.bytes)) {
      const meanwhile = placed
        .filter(({ first, last }) => first <= use.last && use.first <= last)
        .sort((a, b) => a.offset - b.offset);
      let offset = 0;
      for (const other of meanwhile) {
        if (offset + use.bytes <= other.offset) break;
        offset = Math.max(offset, roundUp(other.offset + other.bytes));
        const inPiece = offset % this.#pieceBytes;
        if (inPiece > 0 && inPiece + use.bytes > this.#pieceBytes) offset += this.#pieceBytes - inPiece;
      }
      use.offset = offset;
      placed.push(use);
      this.#bytes = Math.max(this.#bytes, roundUp(offset + use.bytes));
    }
  }

  rangeOf(what: object | undefined): { offset: number; length: number } {
    const place = this.#inRow.get(what as object);
    const { offset, bytes } = this.#uses.get(place?.row ?? (what as object)) as Use;
    return place ? { offset: offset + place.offset, length: place.bytes } : { offset, length: bytes };
  }

  /** How long each thing is needed, and where it lies; what lies side by side is one list. */
  get uses(): ReadonlyMap<object, Use> {
    return this.#uses;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** What it would be if nothing shared memory. */
  get unshared(): number {
    let sum = 0;
    for (const { bytes } of this.#uses.values()) sum += roundUp(bytes);
    return sum;
  }
}

function roundUp(bytes: number): number {
  return Math.ceil(bytes / alignment) * alignment;
}

/** What a range of the arena is for; undefined for memory that lies elsewhere. */
export function keyOf(memory: Memory): object | undefined {
  const whole = wholeOf(memory);
  if (whole.kind === 'temporary') return whole.value;
  return whole.kind === 'scratch' ? whole.of : undefined;
}

export function bytesOf(memory: Memory, { boolBytes }: Limits): number {
  const whole = wholeOf(memory);
  if (whole.kind === 'scratch') return whole.bytes;
  if (whole.kind !== 'temporary') return 0;
  return sizeOf(whole.value.shape) * itemBytes(whole.value.dtype, boolBytes);
}
