import { type ShaderFunction, shaderFunction } from './functions/shader-function.ts';

/** The memories, of those that a shader is given, in which a binding lies: mostly one. What is larger goes on in the next. */
export type Place = readonly number[];

/** The word at an address that counts from the first of some memories. */
export function readAcross(place: Place): ShaderFunction {
  return across('read', place, '', ' -> u32', (memory) => `return ${memory};`);
}

/** Writes the word at such an address. */
export function writeAcross(place: Place): ShaderFunction {
  return across('write', place, ', word: u32', '', (memory) => `${memory} = word;`);
}

function across(
  verb: string,
  place: Place,
  parameter: string,
  result: string,
  act: (memory: string) => string,
): ShaderFunction {
  const lines = place
    .slice(0, -1)
    .flatMap((m) => [
      `  if (at < arrayLength(&memory${m})) {`,
      `    ${act(`memory${m}[at]`)}`,
      ...(result ? [] : ['    return;']),
      '  }',
      `  at -= arrayLength(&memory${m});`,
    ]);
  const name = `${verb}_${place.join('_')}`;
  return shaderFunction(
    [
      `fn ${name}(address: u32${parameter})${result} {`,
      '  var at = address;',
      ...lines,
      `  ${act(`memory${place.at(-1)}[at]`)}`,
      '}',
    ].join('\n'),
  );
}
