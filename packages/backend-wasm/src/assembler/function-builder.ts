import { getOrMake } from '@evenkeel/backend';
import { ByteWriter } from './byte-writer.ts';
import { i32 } from './scalar-operations.ts';
import { asValue, type Integer, Local, type Statement, typeCodes, Value, type ValueType } from './value.ts';
import { f64x2 } from './vector-operations.ts';

/** Where a function's vector constants live: see `FunctionBuilder.constant`. */
export interface ConstantPool {
  /** The index of the mutable global of 64 bits that begins with these two words, the lower one first. */
  global(low: number, high: number): number;
}

/** One function while it is written: parameters, locals, statements in program order. */
export class FunctionBuilder {
  readonly index: number;
  readonly parameters: readonly Local[];
  readonly #locals: ValueType[] = [];
  readonly #prologue = new ByteWriter();
  readonly #body = new ByteWriter();
  readonly #pool: ConstantPool;
  readonly #constants = new Map<string, Local<'v128'>>();

  constructor(index: number, parameters: readonly ValueType[], pool: ConstantPool) {
    this.index = index;
    this.#pool = pool;
    this.parameters = parameters.map((type, i) => new Local(type, i, this.emit));
  }

  readonly emit = (statement: Statement): void => {
    statement.write(this.#body);
  };

  /** A parameter, whose type the caller knows from how it made the function. */
  parameter<T extends ValueType>(position: number): Local<T> {
    return this.parameters[position] as Local<T>;
  }

  local<T extends ValueType>(type: T, initial?: Value<T>): Local<T> {
    const local = new Local(type, this.parameters.length + this.#locals.length, this.emit);
    this.#locals.push(type);
    if (initial) local.set(initial);
    return local;
  }

  i32(initial?: Integer): Local<'i32'> {
    return this.local('i32', initial === undefined ? undefined : asValue(initial));
  }

  v128(initial?: Value<'v128'>): Local<'v128'> {
    return this.local('v128', initial);
  }

  /**
   * A vector constant, by its four 32-bit words. It is read from mutable globals when the function begins: V8 repeats
   * a constant that it can see at every use inside loops, which made exp 2.4 times slower. They are halves of it: where
   * V8 joins vectors to wider ones, it knows how to widen a half that is repeated, and ends the process at a whole one.
   */
  constant(words: readonly [number, number, number, number]): Local<'v128'> {
    return getOrMake(this.#constants, words.join(), () => {
      const local = this.local('v128');
      const [lower, upper] = [this.#pool.global(words[0], words[1]), this.#pool.global(words[2], words[3])];
      const half = (global: number) =>
        new Value('f64', (out) => {
          out.byte(0x23);
          out.u32(global);
        });
      const repeated = f64x2.splat(half(lower));
      const read = upper === lower ? repeated : f64x2.replace(repeated, 1, half(upper));
      local.assignment(read).write(this.#prologue);
      return local;
    });
  }

  call(callee: FunctionBuilder, ...values: readonly Integer[]): void {
    for (const value of values) asValue(value).write(this.#body);
    this.#body.byte(0x10);
    this.#body.u32(callee.index);
  }

  if(condition: Value<'i32'>, then: () => void, otherwise?: () => void): void {
    condition.write(this.#body);
    this.#body.byte(0x04);
    this.#body.byte(0x40);
    then();
    if (otherwise) {
      this.#body.byte(0x05);
      otherwise();
    }
    this.#body.byte(0x0b);
  }

  /** Runs the body at least once. */
  doWhile(body: () => Value<'i32'>): void {
    this.#body.byte(0x03);
    this.#body.byte(0x40);
    const again = body();
    again.write(this.#body);
    this.#body.byte(0x0d);
    this.#body.u32(0);
    this.#body.byte(0x0b);
  }

  /** `position` goes from `start` to below `end` in steps; the range must not be empty. */
  range(position: Local<'i32'>, start: Integer, end: Integer, step: Integer, body: () => void): void {
    position.set(asValue(start));
    this.doWhile(() => {
      body();
      position.set(i32.add(position, step));
      return i32.ltU(position, end);
    });
  }

  /** Fills memory with zeros. */
  zero(address: Value<'i32'>, bytes: Integer): void {
    address.write(this.#body);
    asValue(0).write(this.#body);
    asValue(bytes).write(this.#body);
    this.#body.raw([0xfc, 0x0b, 0x00]);
  }

  /** Copies memory to where it may overlap. */
  copy(target: Value<'i32'>, source: Value<'i32'>, bytes: Integer): void {
    target.write(this.#body);
    source.write(this.#body);
    asValue(bytes).write(this.#body);
    this.#body.raw([0xfc, 0x0a, 0x00, 0x00]);
  }

  /** The function's code as the code section wants it. */
  finish(): ByteWriter {
    const code = new ByteWriter();
    // Runs of one type share an entry.
    const runs: [number, ValueType][] = [];
    for (const type of this.#locals) {
      const last = runs[runs.length - 1];
      if (last && last[1] === type) last[0]++;
      else runs.push([1, type]);
    }
    code.u32(runs.length);
    for (const [count, type] of runs) {
      code.u32(count);
      code.byte(typeCodes[type]);
    }
    code.append(this.#prologue);
    code.append(this.#body);
    code.byte(0x0b);
    return code;
  }
}
