import { Tensor } from '@evenkeel/tensor';
import { Namespace } from './namespace.ts';

/** The bridge from one of PyTorch's functions to ours. */
export interface Operation {
  /** PyTorch's parameter names in PyTorch's order. `*sizes` takes all further arguments; `a/b` are two names for one. */
  readonly parameters: readonly string[];
  /** Gets one value for each parameter; `None` and what is left out is undefined. */
  readonly run: (...values: never[]) => unknown;
}

export type OperationTable = Readonly<Record<string, Operation>>;

/** Something this library does not have (yet): a failure of the case, and said as such. */
export class Unsupported extends Error {}

/** An operation whose arguments need more than the order and names of `direct`. */
export function op(parameters: string, run: (...values: never[]) => unknown): Operation {
  return { parameters: namesOf(parameters), run };
}

/**
 * An operation that our function `name` has under the same parameters: those before the bar are positional, those
 * after it go into the options object in camelCase. `momentum?` hands a None on as null.
 *
 * Functions are looked up when called, so that a table may name what is still to be written.
 */
export function direct(api: object, name: string, parameters: string): Operation {
  const [before = '', after = ''] = parameters.split('|');
  const positional = namesOf(before).length;
  const optionNames = namesOf(after).map(camelOption);
  return {
    parameters: [...namesOf(before), ...namesOf(after)],
    run: (...values: unknown[]) =>
      callExport(api, name, values.slice(0, positional), optionNames, values.slice(positional)),
  };
}

/** Calls `api[name](...positional, { options })`, without the options object where no option was given. */
function callExport(api: object, name: string, positional: unknown[], names: string[], values: unknown[]): unknown {
  const callee = exported(api, name) as (...values: unknown[]) => unknown;
  return callee(...withOptions(positional, names, values));
}

/** Positional arguments followed by an options object of those values that are there. */
export function withOptions(
  positional: readonly unknown[],
  names: readonly string[],
  values: readonly unknown[],
): unknown[] {
  const options = Object.fromEntries(
    names.map((name, index) => [name, values[index]]).filter(([, value]) => value !== undefined),
  );
  const list = [...positional];
  if (Object.keys(options).length > 0) return [...list, options];
  while (list.length > 0 && list.at(-1) === undefined) list.pop();
  return list;
}

/** `api[name]`, or an error that says which function is missing. */
export function exported(api: object, name: string): unknown {
  const value = (api as Record<string, unknown>)[name];
  if (value === undefined) throw new Unsupported(`there is no ${name} yet`);
  return value;
}

/**
 * Lays out the arguments of a call along the parameters.
 *
 * @throws Unsupported for an argument that the table does not name
 */
export function bind(path: string, operation: Operation, positional: unknown[], named: [string, unknown][]): unknown[] {
  const values: unknown[] = new Array(operation.parameters.length).fill(undefined);
  const rest = operation.parameters.findIndex((parameter) => parameter.startsWith('*'));
  for (const [index, value] of positional.entries()) {
    if (rest >= 0 && index >= rest) continue;
    if (index >= values.length) throw new Unsupported(`${path} is not known with ${positional.length} arguments`);
    values[index] = value;
  }
  if (rest >= 0) {
    const spread = positional.slice(rest);
    // permute((2, 0, 1)) is permute(2, 0, 1).
    values[rest] = spread.length === 1 && Array.isArray(spread[0]) ? spread[0] : spread;
  }
  for (const [name, value] of named) {
    const index = operation.parameters.findIndex((parameter) =>
      parameter.replace(/[*?]/g, '').split('/').includes(name),
    );
    if (index < 0) throw new Unsupported(`${path} is not known with the option ${name}`);
    values[index] = value;
  }
  return values.map((value, index) => plain(value, operation.parameters[index]!.endsWith('?')));
}

/** Names of `input, *sizes, split_size/split_size_or_sections`. */
export function namesOf(parameters: string): string[] {
  return parameters
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

function plain(value: unknown, keepsNull: boolean): unknown {
  if (value === null) return keepsNull ? null : undefined;
  if (value instanceof Namespace) return value.dtype();
  return value;
}

/** `num_layers` as our options spell it. */
export function camelOption(name: string): string {
  return name.replace(/[?*]|\/.*/g, '').replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

export const isTensor = (value: unknown): value is Tensor => value instanceof Tensor;
