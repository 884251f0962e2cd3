import type { ByteWriter } from './byte-writer.ts';

export type ValueType = 'i32' | 'i64' | 'f32' | 'f64' | 'v128';

/** Code that leaves nothing on the stack. */
export interface Statement {
  write(out: ByteWriter): void;
}

/**
 * Code that leaves one value on the stack. A value is a recipe: writing it twice computes it twice, so what is used
 * more than once goes through a `Local`.
 */
export class Value<T extends ValueType = ValueType> {
  readonly type: T;
  readonly write: (out: ByteWriter) => void;
  /** The number, where it is known while code is made. */
  readonly known: number | undefined;

  constructor(type: T, write: (out: ByteWriter) => void, known?: number) {
    this.type = type;
    this.write = write;
    this.known = known;
  }
}

/** A 32-bit integer: code that computes it, or the number where it is known. */
export type Integer = Value<'i32'> | number;

/** An integer as code. */
export function asValue(integer: Integer): Value<'i32'> {
  if (typeof integer !== 'number') return integer;
  return new Value(
    'i32',
    (out) => {
      out.byte(0x41);
      out.s32(integer);
    },
    integer | 0,
  );
}

/** A local variable; as a value it is what the variable holds where the code stands. */
export class Local<T extends ValueType = ValueType> extends Value<T> {
  readonly #index: number;
  readonly #emit: (statement: Statement) => void;

  constructor(type: T, index: number, emit: (statement: Statement) => void) {
    super(type, (out) => {
      out.byte(0x20);
      out.u32(index);
    });
    this.#index = index;
    this.#emit = emit;
  }

  /** Emits the assignment where the function stands. */
  set(value: Value<T>): void {
    this.#emit(this.assignment(value));
  }

  /** The assignment as a statement. */
  assignment(value: Value<T>): Statement {
    const index = this.#index;
    return {
      write(out) {
        value.write(out);
        out.byte(0x21);
        out.u32(index);
      },
    };
  }
}

export const typeCodes: Readonly<Record<ValueType, number>> = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
};
