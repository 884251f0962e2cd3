import { getOrMake } from '@evenkeel/backend';
import { ByteWriter } from './byte-writer.ts';
import { type ConstantPool, FunctionBuilder } from './function-builder.ts';
import { typeCodes, type ValueType } from './value.ts';

/** What a 32-bit address can reach, in pages of 64 KiB. */
const maximumPages = 65536;

/** A module that imports one memory (`e.m`) and exports functions (`f0`, `f1`, …). */
export class ModuleBuilder implements ConstantPool {
  /** Whether the memory is shared between threads. */
  readonly #isShared: boolean;
  readonly #functions: FunctionBuilder[] = [];
  readonly #globals = new Map<string, number>();

  constructor(isShared: boolean) {
    this.#isShared = isShared;
  }

  function(parameters: readonly ValueType[]): FunctionBuilder {
    const made = new FunctionBuilder(this.#functions.length, parameters, this);
    this.#functions.push(made);
    return made;
  }

  global(low: number, high: number): number {
    return getOrMake(this.#globals, `${low},${high}`, () => this.#globals.size);
  }

  finish(exported: readonly FunctionBuilder[]): Uint8Array<ArrayBuffer> {
    const out = new ByteWriter();
    out.raw([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]);
    const bodies = this.#functions.map((f) => f.finish());
    section(out, 1, this.#functions.length, (content) => {
      for (const f of this.#functions) {
        content.byte(0x60);
        content.u32(f.parameters.length);
        for (const parameter of f.parameters) content.byte(typeCodes[parameter.type]);
        content.u32(0);
      }
    });
    section(out, 2, 1, (content) => {
      content.text('e');
      content.text('m');
      content.byte(0x02);
      // A shared memory has a maximum, which a module may state higher than it is.
      content.byte(this.#isShared ? 0x03 : 0x00);
      content.u32(0);
      if (this.#isShared) content.u32(maximumPages);
    });
    section(out, 3, this.#functions.length, (content) => {
      for (let i = 0; i < this.#functions.length; i++) content.u32(i);
    });
    if (this.#globals.size > 0) {
      section(out, 6, this.#globals.size, (content) => {
        for (const key of this.#globals.keys()) {
          content.raw([typeCodes.f64, 0x01, 0x44]);
          const words = new Int32Array(key.split(',').map(Number));
          content.raw(new Uint8Array(words.buffer));
          content.byte(0x0b);
        }
      });
    }
    section(out, 7, exported.length, (content) => {
      exported.forEach(({ index }, i) => {
        content.text(`f${i}`);
        content.byte(0x00);
        content.u32(index);
      });
    });
    section(out, 10, bodies.length, (content) => {
      for (const body of bodies) content.sized(body);
    });
    return out.finish();
  }
}

function section(out: ByteWriter, id: number, count: number, write: (content: ByteWriter) => void): void {
  const content = new ByteWriter();
  content.u32(count);
  write(content);
  out.byte(id);
  out.sized(content);
}
