import type { ByteWriter } from './byte-writer.ts';
import { asValue, type Integer, type Statement, Value, type ValueType } from './value.ts';

/** An opcode: one byte, or (from 0x1000 on) 0x1000 + the number after the SIMD prefix. */
export type Opcode = number;

/** The opcode of a SIMD instruction. */
export function simd(number: number): Opcode {
  return 0x1000 + number;
}

function writeOpcode(out: ByteWriter, opcode: Opcode): void {
  if (opcode < 0x1000) {
    out.byte(opcode);
    return;
  }
  out.byte(0xfd);
  out.u32(opcode - 0x1000);
}

export type Unary<A extends ValueType, R extends ValueType> = (a: Value<A>) => Value<R>;
export type Binary<A extends ValueType, R extends ValueType> = (a: Value<A>, b: Value<A>) => Value<R>;

export function unaryOperation<A extends ValueType, R extends ValueType>(result: R, opcode: Opcode): Unary<A, R> {
  return (a) =>
    new Value(result, (out) => {
      a.write(out);
      writeOpcode(out, opcode);
    });
}

export function binaryOperation<A extends ValueType, R extends ValueType>(result: R, opcode: Opcode): Binary<A, R> {
  return (a, b) =>
    new Value(result, (out) => {
      a.write(out);
      b.write(out);
      writeOpcode(out, opcode);
    });
}

export function ternaryOperation<A extends ValueType>(
  result: A,
  opcode: Opcode,
): (a: Value<A>, b: Value<A>, c: Value<A>) => Value<A> {
  return (a, b, c) =>
    new Value(result, (out) => {
      a.write(out);
      b.write(out);
      c.write(out);
      writeOpcode(out, opcode);
    });
}

/** A shift of all lanes by one scalar distance. */
export function shiftOperation(opcode: Opcode): (a: Value<'v128'>, distance: Integer) => Value<'v128'> {
  return (a, distance) =>
    new Value('v128', (out) => {
      a.write(out);
      asValue(distance).write(out);
      writeOpcode(out, opcode);
    });
}

/** An instruction on one lane, which is part of the code. */
export function extractOperation<R extends ValueType>(
  result: R,
  opcode: Opcode,
): (a: Value<'v128'>, lane: number) => Value<R> {
  return (a, lane) =>
    new Value(result, (out) => {
      a.write(out);
      writeOpcode(out, opcode);
      out.byte(lane);
    });
}

/** Puts a scalar into one lane. */
export function replaceOperation<A extends ValueType>(
  opcode: Opcode,
): (a: Value<'v128'>, lane: number, value: Value<A>) => Value<'v128'> {
  return (a, lane, value) =>
    new Value('v128', (out) => {
      a.write(out);
      value.write(out);
      writeOpcode(out, opcode);
      out.byte(lane);
    });
}

// The alignment immediate is a hint that no engine uses; 0 (bytes) is always valid.
function writeAddress(out: ByteWriter, offset: number): void {
  out.u32(0);
  out.u32(offset);
}

/** A read at `address + offset`; the offset is unsigned and does not wrap around. */
export function loadOperation<R extends ValueType>(
  result: R,
  opcode: Opcode,
): (address: Value<'i32'>, offset?: number) => Value<R> {
  return (address, offset = 0) =>
    new Value(result, (out) => {
      address.write(out);
      writeOpcode(out, opcode);
      writeAddress(out, offset);
    });
}

export function storeOperation<A extends ValueType>(
  opcode: Opcode,
): (address: Value<'i32'>, value: Value<A>, offset?: number) => Statement {
  return (address, value, offset = 0) => ({
    write(out) {
      address.write(out);
      value.write(out);
      writeOpcode(out, opcode);
      writeAddress(out, offset);
    },
  });
}

export function loadLaneOperation(
  opcode: Opcode,
): (address: Value<'i32'>, into: Value<'v128'>, lane: number, offset?: number) => Value<'v128'> {
  return (address, into, lane, offset = 0) =>
    new Value('v128', (out) => {
      address.write(out);
      into.write(out);
      writeOpcode(out, opcode);
      writeAddress(out, offset);
      out.byte(lane);
    });
}

export function storeLaneOperation(
  opcode: Opcode,
): (address: Value<'i32'>, value: Value<'v128'>, lane: number, offset?: number) => Statement {
  return (address, value, lane, offset = 0) => ({
    write(out) {
      address.write(out);
      value.write(out);
      writeOpcode(out, opcode);
      writeAddress(out, offset);
      out.byte(lane);
    },
  });
}

/** Four 32-bit lanes out of the eight of two vectors: 0-3 are a's, 4-7 are b's. */
export function shuffle(
  a: Value<'v128'>,
  b: Value<'v128'>,
  lanes: readonly [number, number, number, number],
): Value<'v128'> {
  return new Value('v128', (out) => {
    a.write(out);
    b.write(out);
    writeOpcode(out, simd(13));
    for (const lane of lanes) {
      for (let byte = 0; byte < 4; byte++) out.byte(lane * 4 + byte);
    }
  });
}
