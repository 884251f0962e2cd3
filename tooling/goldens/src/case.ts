import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** A tensor of a case file: flat, row-major; infinities and NaN are strings, bools are 0 and 1. */
export interface GoldenTensor {
  shape: number[];
  dtype: 'float64' | 'int64' | 'bool';
  data: (number | string)[];
  requires_grad?: boolean;
}

export type GoldenTensors = Record<string, GoldenTensor>;
export type Attributes = Record<string, unknown>;

/** One case; cases/README.md says what each field means. */
export interface GoldenCase {
  name: string;
  op: string;
  mode: string;
  call: string;
  attrs: Attributes;
  inputs: GoldenTensors;
  params: GoldenTensors;
  outputs: GoldenTensors;
  cotangent: GoldenTensors;
  grads: GoldenTensors;
  cotangent2?: GoldenTensors;
  grad_of_grad?: GoldenTensors;
  rtol: number;
  atol: number;
  /** The file the case stands in, without folder, and the PyTorch that computed it. */
  file: string;
  torch: string;
}

/**
 * Reads every `*.json` file of a folder in the golden format.
 *
 * @throws Error naming the file when one is not in that format, or when there is no case at all
 */
export function readCases(folder: string): GoldenCase[] {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw new Error(`${folder} is not a folder`);
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort();
  const cases = files.flatMap((file) => readFile(folder, file));
  if (cases.length === 0) throw new Error(`${folder} holds no golden cases (*.json with a list "cases")`);
  return cases;
}

function readFile(folder: string, file: string): GoldenCase[] {
  let content: { format?: unknown; cases?: unknown; torch?: unknown };
  try {
    content = JSON.parse(readFileSync(join(folder, file), 'utf8'));
  } catch (error) {
    throw new Error(`${join(folder, file)} cannot be read: ${error instanceof Error ? error.message : error}`);
  }
  if (content?.format !== 1 || !Array.isArray(content.cases)) {
    throw new Error(`${join(folder, file)} is not a golden file: expected { "format": 1, "cases": [ … ] }`);
  }
  return content.cases.map((each, index) => {
    if (typeof each?.name !== 'string' || typeof each.op !== 'string' || typeof each.outputs !== 'object') {
      throw new Error(`case ${index} of ${join(folder, file)} has no name, op or outputs`);
    }
    const empty = { attrs: {}, inputs: {}, params: {}, cotangent: {}, grads: {}, call: '', mode: 'expr' };
    return { ...empty, ...each, file, torch: String(content.torch ?? '') };
  });
}

/** A number of a case file: the strings stand for what JSON cannot write. */
export function numberOf(value: number | string): number {
  if (typeof value === 'number') return value;
  const words: Record<string, number> = {
    NaN: Number.NaN,
    Infinity: Number.POSITIVE_INFINITY,
    '-Infinity': Number.NEGATIVE_INFINITY,
  };
  const number = words[value];
  if (number === undefined) throw new Error(`"${value}" is not a number of the golden format`);
  return number;
}

/** An attribute that is a number, an infinity written as a string included; everything else as it is. */
export function attributeValue(value: unknown): unknown {
  return value === 'Infinity' || value === '-Infinity' || value === 'NaN' ? numberOf(value) : value;
}
