/** A function's code as statements: what the stack machine is told becomes expressions again. */
import type { ByteReader } from './byte-reader.ts';
import { type Instruction, instructions, readOpcode } from './instructions.ts';
import type { ReadFunction, ReadModule } from './module-reader.ts';

const infix = new Map([
  ['i32.add', '+'],
  ['i32.sub', '-'],
  ['i32.mul', '*'],
  ['i32.and', '&'],
  ['i32.or', '|'],
  ['i32.shl', '<<'],
  ['i32.shrS', '>>'],
  ['i32.shrU', '>>>'],
  ['i32.eq', '=='],
  ['i32.ne', '!='],
]);

/** The parameters of a function that is called from outside. */
const given = ['values', 'table', 'from', 'to', 'thread'];

export function printFunction(module: ReadModule, index: number): string[] {
  return new FunctionPrinter(module, index).print();
}

class FunctionPrinter {
  readonly #module: ReadModule;
  readonly #function: ReadFunction;
  readonly #name: string;
  readonly #names: readonly string[];
  readonly #lines: string[] = [];
  readonly #stack: string[] = [];
  /** What the blocks that are open are. */
  readonly #open: ('if' | 'loop')[] = [];

  constructor(module: ReadModule, index: number) {
    this.#module = module;
    this.#function = module.functions[index] as ReadFunction;
    this.#name = nameOf(module, index);
    const { types, parameters } = this.#function;
    const isExported = module.exported.has(index);
    this.#names = types.map((type, i) =>
      isExported && i < parameters.length ? (given[i] as string) : `${type[0]}${i}`,
    );
  }

  print(): string[] {
    const { code, parameters } = this.#function;
    while (!code.isAtEnd) this.#instruction(code);
    return [`${this.#name}(${this.#names.slice(0, parameters.length).join(', ')})`, ...this.#lines];
  }

  #instruction(code: ByteReader): void {
    const opcode = readOpcode(code);
    const known = instructions.get(opcode);
    if (known) this.#operation(known, code);
    else this.#control(opcode, code);
  }

  #operation({ name, operands, isValue, immediates }: Instruction, code: ByteReader): void {
    const values = this.#take(operands);
    let text: string;
    if (immediates.startsWith('address')) {
      code.u32();
      const offset = code.u32();
      const [address, ...others] = values as [string, ...string[]];
      const lane = immediates === 'address' ? [] : [`lane ${code.byte()}`];
      text = `${name}(${[offset > 0 ? `${bare(address)} + ${offset}` : bare(address), ...others.map(bare), ...lane].join(', ')})`;
    } else if (immediates === 'lane') {
      text = `${name}(${[values[0], `lane ${code.byte()}`, ...values.slice(1)].map((each) => bare(each as string)).join(', ')})`;
    } else if (immediates === 'lanes') {
      const lanes = [...code.bytes(16)].filter((_, i) => i % 4 === 0).map((byte) => byte / 4);
      text = `${name}(${[...values.map(bare), lanes.join(' ')].join(', ')})`;
    } else {
      const symbol = infix.get(name);
      text = symbol ? `(${values.join(` ${symbol} `)})` : `${name}(${values.map(bare).join(', ')})`;
    }
    if (isValue) this.#stack.push(text);
    else this.#line(text);
  }

  #control(opcode: number, code: ByteReader): void {
    switch (opcode) {
      case 0x03:
      case 0x04: {
        code.byte();
        const kind = opcode === 0x03 ? 'loop' : 'if';
        this.#line(kind === 'loop' ? 'loop' : `if ${bare(this.#take(1)[0] as string)}`);
        this.#open.push(kind);
        return;
      }
      case 0x05: {
        this.#open.pop();
        this.#line('else');
        this.#open.push('if');
        return;
      }
      case 0x0b:
        this.#open.pop();
        return;
      case 0x0d: {
        const depth = code.u32();
        const what = depth === 0 ? 'again' : `again, ${depth} blocks out,`;
        this.#line(`${what} while ${bare(this.#take(1)[0] as string)}`);
        return;
      }
      case 0x10: {
        const callee = code.u32();
        const { parameters } = this.#module.functions[callee] as ReadFunction;
        this.#line(`${nameOf(this.#module, callee)}(${this.#take(parameters.length).map(bare).join(', ')})`);
        return;
      }
      case 0x1b: {
        const [a, b, condition] = this.#take(3);
        this.#stack.push(`(${condition} ? ${a} : ${b})`);
        return;
      }
      case 0x20:
        this.#stack.push(this.#names[code.u32()] as string);
        return;
      case 0x21:
        this.#line(`${this.#names[code.u32()]} = ${bare(this.#take(1)[0] as string)}`);
        return;
      case 0x23:
        this.#constant(code);
        return;
      case 0x41:
        this.#stack.push(`${code.s32()}`);
        return;
      case 0xfc: {
        const isCopy = code.u32() === 10;
        code.bytes(isCopy ? 2 : 1);
        this.#line(`memory.${isCopy ? 'copy' : 'fill'}(${this.#take(3).map(bare).join(', ')})`);
        return;
      }
      default:
        throw new Error(`an instruction that the assembler does not write: ${opcode.toString(16)}`);
    }
  }

  /** A half that is repeated, or the other one put beside it, and the local that it is kept in. */
  #constant(code: ByteReader): void {
    const half = () => {
      const words = this.#module.halves[code.u32()] as readonly number[];
      readOpcode(code);
      return words;
    };
    const lower = half();
    let upper = lower;
    if (code.byte() === 0x23) {
      upper = half();
      code.bytes(2);
    }
    this.#line(`${this.#names[code.u32()]} = ${constantText([...lower, ...upper])}`);
  }

  #take(count: number): string[] {
    return this.#stack.splice(this.#stack.length - count, count);
  }

  #line(text: string): void {
    this.#lines.push(`${'  '.repeat(this.#open.length + 1)}${text}`);
  }
}

function nameOf({ exported }: ReadModule, index: number): string {
  return exported.get(index) ?? `inner${index}`;
}

/** Without the parentheses around all of it. */
function bare(text: string): string {
  if (!text.startsWith('(')) return text;
  let depth = 0;
  for (let i = 0; i < text.length - 1; i++) {
    if (text[i] === '(') depth++;
    else if (text[i] === ')') depth--;
    if (depth === 0) return text;
  }
  return text.slice(1, -1);
}

/** Four words, as one where they are the same; as a float too, where it could be meant. */
function constantText(words: readonly number[]): string {
  const floats = new Float32Array(Int32Array.from(words).buffer);
  const shown = words.map((word, i) => {
    const float = floats[i] as number;
    return Math.abs(float) > 1e-20 && Math.abs(float) < 1e20 ? `${Number(float.toPrecision(9))}f` : `${word}`;
  });
  return new Set(shown).size === 1 ? `[4 × ${shown[0]}]` : `[${shown.join(' ')}]`;
}
