import { DataError } from '@evenkeel/errors';

/**
 * Reads the JSON of a header token by token. `JSON.parse` would take the last of two equal names, round large numbers,
 * read `1e3` as a size, and could not say where in the file something is wrong.
 */
export class HeaderCursor {
  readonly #text: string;
  readonly #source: string;
  /** Index in the header's text of the next character. */
  position = 0;
  /** The tensor that errors are about. */
  tensor: string | undefined;

  /** @param header its bytes, which stand at byte 8 of the file */
  constructor(header: Uint8Array, source: string) {
    this.#source = source;
    try {
      this.#text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(header);
    } catch {
      throw damaged(source, 'the header is not UTF-8', {
        got: `bytes 8 to ${8 + header.length}`,
        expected: 'JSON text',
      });
    }
  }

  get atEnd(): boolean {
    return this.position >= this.#text.length;
  }

  /** The error to throw about what stands at `position`, or `at`. */
  problem(
    summary: string,
    expected: string,
    { at = this.position, got }: { at?: number; got?: string } = {},
  ): DataError {
    const found = got ?? (at < this.#text.length ? quoted(this.#text.charAt(at)) : 'the end of the header');
    const byte = 8 + new TextEncoder().encode(this.#text.slice(0, at)).length;
    return damaged(this.#source, summary, {
      tensor: this.tensor,
      got: `${found} (byte ${byte} of the file)`,
      expected,
    });
  }

  skipSpace(): void {
    while (isSpace(this.#text.charCodeAt(this.position))) this.position++;
  }

  /** Whether the next character is this one, which is then passed. */
  passes(character: string): boolean {
    const seen = this.#text[this.position] === character;
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
    let plain = true;
    for (; ; this.position++) {
      if (this.atEnd) throw this.problem(`${what} does not end`, 'a quotation mark');
      const code = this.#text.charCodeAt(this.position);
      if (code === quotationMark) break;
      plain &&= code !== backslash && code >= firstPrintable;
      if (code === backslash) this.position++;
    }
    this.position++;
    if (plain) return this.#text.slice(start + 1, this.position - 1);
    try {
      return JSON.parse(this.#text.slice(start, this.position));
    } catch {
      const got = 'something else';
      throw this.problem(`${what} is not well-formed`, 'text with the escapes of JSON', { at: start, got });
    }
  }

  #wholeNumber(what: string): number {
    const start = this.position;
    let value = 0;
    for (; isDigit(this.#text.charCodeAt(this.position)); this.position++) {
      value = value * 10 + this.#text.charCodeAt(this.position) - zero;
    }
    const digits = this.position - start;
    const expected = 'whole numbers, 0 or above';
    if (digits === 0) throw this.problem(`${what} holds something other than whole numbers`, expected);
    if (digits > 1 && this.#text.charCodeAt(start) === zero) {
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
const quotationMark = 0x22;
const backslash = 0x5c;
const firstPrintable = 0x20;

// charCodeAt gives NaN beyond the end, which is none of these.
function isDigit(code: number): boolean {
  return code >= zero && code <= 0x39;
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}
