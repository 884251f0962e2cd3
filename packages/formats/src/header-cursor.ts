import { DataError } from '@evenkeel/errors';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads the JSON of a header token by token from its bytes. `JSON.parse` would take the last of two equal keys, round
 * large numbers, read `1e3` as a size, and could not say where in the file something is wrong.
 */
export class HeaderCursor {
  readonly #bytes: Uint8Array;
  readonly #source: string;
  /** Position in the file of the next byte. */
  position: number;
  /** The tensor that errors are about. */
  tensor: string | undefined;

  /** @param bytes the file up to the end of its header */
  constructor(bytes: Uint8Array, start: number, source: string) {
    this.#bytes = bytes;
    this.#source = source;
    this.position = start;
  }

  get atEnd(): boolean {
    return this.position >= this.#bytes.length;
  }

  /** The error to throw about the byte at `position`. */
  problem(
    summary: string,
    expected: string,
    { at = this.position, got }: { at?: number; got?: string } = {},
  ): DataError {
    const found = got ?? (at < this.#bytes.length ? describeByte(this.#bytes[at]!) : 'the end of the header');
    return damaged(this.#source, summary, { tensor: this.tensor, got: `${found} (byte ${at} of the file)`, expected });
  }

  skipSpace(): void {
    while (isSpace(this.#bytes[this.position])) this.position++;
  }

  /** Whether the next byte is this character. */
  sees(character: string): boolean {
    return this.#bytes[this.position] === character.charCodeAt(0);
  }

  /** Whether the next byte was this character, which is then passed. */
  passes(character: string): boolean {
    const seen = this.sees(character);
    if (seen) this.position++;
    return seen;
  }

  /** Calls `visit` in front of each value of an object. A name that stands twice is an error. */
  members(what: string, visit: (name: string, position: number) => void): void {
    if (!this.passes('{')) throw this.problem(`${what} is not an object`, '"{"');
    const seen = new Set<string>();
    this.skipSpace();
    if (this.passes('}')) return;
    do {
      this.skipSpace();
      const at = this.position;
      const name = this.text(`a name in ${what}`);
      if (seen.has(name))
        throw this.problem(`${what} names ${quoted(name)} twice`, 'each name once', { at, got: 'it again' });
      seen.add(name);
      this.skipSpace();
      if (!this.passes(':')) throw this.problem(`${what} has no value after ${quoted(name)}`, '":"');
      this.skipSpace();
      visit(name, at);
      this.skipSpace();
    } while (this.passes(','));
    if (!this.passes('}')) throw this.problem(`${what} does not go on as an object`, '"," or "}"');
  }

  /** A list of whole numbers, 0 or above, none beyond 2^53 − 1. */
  wholeNumbers(what: string): number[] {
    if (!this.passes('[')) throw this.problem(`${what} is not a list`, '"["');
    const numbers: number[] = [];
    this.skipSpace();
    if (this.passes(']')) return numbers;
    do {
      this.skipSpace();
      numbers.push(this.#wholeNumber(what));
      this.skipSpace();
    } while (this.passes(','));
    if (!this.passes(']')) throw this.problem(`${what} does not go on as a list of whole numbers`, '"," or "]"');
    return numbers;
  }

  text(what: string): string {
    const start = this.position;
    if (!this.passes('"')) throw this.problem(`${what} is not text`, 'a quotation mark');
    while (!this.sees('"')) {
      this.passes('\\');
      this.position++;
      if (this.atEnd) throw this.problem(`${what} does not end`, 'a quotation mark');
    }
    this.position++;
    try {
      return JSON.parse(utf8.decode(this.#bytes.subarray(start, this.position)));
    } catch {
      const got = 'something else';
      throw this.problem(`${what} is not well-formed`, 'UTF-8 text with the escapes of JSON', { at: start, got });
    }
  }

  #wholeNumber(what: string): number {
    const start = this.position;
    let value = 0;
    while (isDigit(this.#bytes[this.position])) {
      value = value * 10 + this.#bytes[this.position]! - zero;
      this.position++;
    }
    const digits = this.position - start;
    const expected = 'whole numbers, 0 or above';
    if (digits === 0) throw this.problem(`${what} holds something other than whole numbers`, expected);
    if (digits > 1 && this.#bytes[start] === zero) {
      throw this.problem(`${what} holds a number that starts with 0`, expected, { at: start });
    }
    if (value > Number.MAX_SAFE_INTEGER) {
      const got = `a number of ${digits} digits`;
      throw this.problem(`${what} holds a number that is too large`, 'at most 2^53 - 1', { at: start, got });
    }
    return value;
  }
}

/** The error for a file that is not what it should be. */
export function damaged(
  source: string,
  summary: string,
  { tensor, got, expected }: { tensor?: string | undefined; got: string; expected: string },
): DataError {
  return new DataError(tensor === undefined ? summary : `tensor ${quoted(tensor)}: ${summary}`, {
    doing: `reading ${source}`,
    got,
    expected,
    remedy: 'the file is damaged or no safetensors file: write, export or download it again',
  });
}

/** Text from a file as errors show it: a file may hold a name of a hundred megabytes. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}

const zero = 0x30;

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= zero && byte <= 0x39;
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function describeByte(byte: number): string {
  return byte > 0x20 && byte < 0x7f ? `"${String.fromCharCode(byte)}"` : `0x${byte.toString(16).padStart(2, '0')}`;
}
