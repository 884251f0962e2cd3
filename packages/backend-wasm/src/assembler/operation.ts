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

type Part = Pick<Statement, 'write'>;

/** What writes the operands, the instruction, and the numbers that are part of its code. */
function writing(operands: readonly Part[], opcode: Opcode, ...numbers: readonly number[]): Statement['write'] {
  return (out) => {
    for (const operand of operands) operand.write(out);
    writeOpcode(out, opcode);
    for (const number of numbers) out.u32(number);
  };
}

export function unaryOperation<A extends ValueType, R extends ValueType>(result: R, opcode: Opcode): Unary<A, R> {
  return (a) => new Value(result, writing([a], opcode));
}

export function binaryOperation<A extends ValueType, R extends ValueType>(result: R, opcode: Opcode): Binary<A, R> {
  return (a, b) => new Value(result, writing([a, b], opcode));
}

export function ternaryOperation<A extends ValueType>(
  result: A,
  opcode: Opcode,
): (a: Value<A>, b: Value<A>, c: Value<A>) => Value<A> {
  return (a, b, c) => new Value(result, writing([a, b, c], opcode));
}

/** A shift of all lanes by one scalar distance. */
export function shiftOperation(opcode: Opcode): (a: Value<'v128'>, distance: Integer) => Value<'v128'> {
  return (a, distance) => new Value('v128', writing([a, asValue(distance)], opcode));
}

/** An instruction on one lane, which is part of the code. */
export function extractOperation<R extends ValueType>(
  result: R,
  opcode: Opcode,
): (a: Value<'v128'>, lane: number) => Value<R> {
  return (a, lane) => new Value(result, writing([a], opcode, lane));
}

/** Puts a scalar into one lane. */
export function replaceOperation<A extends ValueType>(
  opcode: Opcode,
): (a: Value<'v128'>, lane: number, value: Value<A>) => Value<'v128'> {
  return (a, lane, value) => new Value('v128', writing([a, value], opcode, lane));
}

// The alignment is a hint that no engine uses; 0 (bytes) is always valid.
const alignment = 0;

/** A read at `address + offset`; the offset is unsigned and does not wrap around. */
export function loadOperation<R extends ValueType>(
  result: R,
  opcode: Opcode,
): (address: Value<'i32'>, offset?: number) => Value<R> {
  return (address, offset = 0) => new Value(result, writing([address], opcode, alignment, offset));
}

export function storeOperation<A extends ValueType>(
  opcode: Opcode,
): (address: Value<'i32'>, value: Value<A>, offset?: number) => Statement {
  return (address, value, offset = 0) => ({ write: writing([address, value], opcode, alignment, offset) });
}

export function loadLaneOperation(
  opcode: Opcode,
): (address: Value<'i32'>, into: Value<'v128'>, lane: number, offset?: number) => Value<'v128'> {
  return (address, into, lane, offset = 0) =>
    new Value('v128', writing([address, into], opcode, alignment, offset, lane));
}

export function storeLaneOperation(
  opcode: Opcode,
): (address: Value<'i32'>, value: Value<'v128'>, lane: number, offset?: number) => Statement {
  return (address, value, lane, offset = 0) => ({
    write: writing([address, value], opcode, alignment, offset, lane),
  });
}

/** Four 32-bit lanes out of the eight of two vectors: 0-3 are a's, 4-7 are b's. */
export function shuffle(
  a: Value<'v128'>,
  b: Value<'v128'>,
  lanes: readonly [number, number, number, number],
): Value<'v128'> {
  const bytes = lanes.flatMap((lane) => [0, 1, 2, 3].map((byte) => lane * 4 + byte));
  return new Value('v128', writing([a, b], simd(13), ...bytes));
}
