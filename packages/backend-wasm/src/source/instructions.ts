/** What each instruction is called and takes: asked of the assembler itself, so that the two cannot differ. */
import { ByteWriter } from '../assembler/byte-writer.ts';
import { f32, f32x4, f64x2, i32, i32x4, i64, i64x2, Value, v128 } from '../assembler/index.ts';
import type { Statement } from '../assembler/value.ts';
import { ByteReader } from './byte-reader.ts';

export interface Instruction {
  readonly name: string;
  /** How many values it takes from the stack. */
  readonly operands: number;
  /** Whether it leaves a value there. */
  readonly isValue: boolean;
  /** How many numbers follow in the code, if they are bytes; or the alignment and offset of an address, and perhaps a lane. */
  readonly immediates: 'none' | 'lane' | 'address' | 'address and lane' | 'lanes';
}

const namespaces = { i32, i64, f32, v128, i32x4, i64x2, f32x4, f64x2 };

/** Not single instructions: a constant, and a choice that is put together. */
const composed = new Set<unknown>([i32.constant, i32.minU]);

const immediatesOf = new Map<number, Instruction['immediates']>([
  [0, 'none'],
  [1, 'lane'],
  [2, 'address'],
  [3, 'address and lane'],
  [16, 'lanes'],
]);

/** By opcode; those behind the SIMD prefix from 0x1000 on. */
export const instructions: ReadonlyMap<number, Instruction> = new Map(
  Object.entries(namespaces).flatMap(([namespace, members]) =>
    Object.entries(members)
      .filter(([, make]) => !composed.has(make))
      .map(([name, make]) => probe(`${namespace}.${name}`, make as Make)),
  ),
);

type Make = (...operands: unknown[]) => Value | Statement;

/** Has the assembler write an instruction whose operands write nothing, and looks at what is left. */
function probe(name: string, make: Make): [number, Instruction] {
  let operands = 0;
  const operand = new Value('v128', () => {
    operands++;
  });
  const out = new ByteWriter();
  // In place of a lane an operand is written as 0; shuffles alone take a list of lanes.
  const made = make(operand, operand, make === v128.shuffle ? [0, 1, 2, 3] : operand);
  made.write(out);
  const code = new ByteReader(out.finish());
  const opcode = readOpcode(code);
  let rest = 0;
  while (!code.isAtEnd) rest += code.bytes(1).length;
  const immediates = immediatesOf.get(rest) as Instruction['immediates'];
  return [opcode, { name, operands, isValue: made instanceof Value, immediates }];
}

/** An opcode as the assembler numbers them. */
export function readOpcode(code: ByteReader): number {
  const first = code.byte();
  return first === 0xfd ? 0x1000 + code.u32() : first;
}
