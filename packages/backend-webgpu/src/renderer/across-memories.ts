import { type ShaderFunction, shaderFunction } from './functions/shader-function.ts';

/** The memories, of those that a shader is given, in which a binding lies: mostly one. What is larger goes on in the next. */
export type Place = readonly number[];

/** How a shader sees memory, and reaches one element of what it sees: words, or the two halves of each where it writes float16. */
export interface MemoryAccess {
  /** What it is an array of. */
  readonly type: string;
  /** The word at an address. */
  read(memory: number, at: string): string;
  /** The statement that writes it. */
  write(memory: number, at: string, word: string): string;
  /** How many words there are. */
  length(memory: number): string;
}

export const words: MemoryAccess = {
  type: 'u32',
  read: (memory, at) => `memory${memory}[${at}]`,
  write: (memory, at, word) => `memory${memory}[${at}] = ${word};`,
  length: (memory) => `arrayLength(&memory${memory})`,
};

/** Memory as vectors of four words, which are written whole; a binding lies in one of the memories. */
export const wordsOfVectors: MemoryAccess = {
  ...words,
  type: 'vec4<u32>',
  read: (memory, at) => `memory${memory}[(${at}) / 4u][(${at}) % 4u]`,
};

/** The word at an address that counts from the first of some memories. */
export function readAcross(place: Place, { read, length }: MemoryAccess): ShaderFunction {
  return across('read', place, '', ' -> u32', (memory, at) => `return ${read(memory, at)};`, length);
}

/** Writes the word, or another element as long as its type, at such an address. */
export function writeAcross(place: Place, { write, length }: MemoryAccess, type = 'u32'): ShaderFunction {
  const verb = type === 'u32' ? 'write' : `write_${type}`;
  return across(verb, place, `, word: ${type}`, '', (memory, at) => write(memory, at, 'word'), length);
}

function across(
  verb: string,
  place: Place,
  parameter: string,
  result: string,
  act: (memory: number, at: string) => string,
  length: MemoryAccess['length'],
): ShaderFunction {
  const lines = place
    .slice(0, -1)
    .flatMap((m) => [
      `  if (at < ${length(m)}) {`,
      `    ${act(m, 'at')}`,
      ...(result ? [] : ['    return;']),
      '  }',
      `  at -= ${length(m)};`,
    ]);
  const name = `${verb}_${place.join('_')}`;
  return shaderFunction(
    [
      `fn ${name}(address: u32${parameter})${result} {`,
      '  var at = address;',
      ...lines,
      `  ${act(place.at(-1) as number, 'at')}`,
      '}',
    ].join('\n'),
  );
}
