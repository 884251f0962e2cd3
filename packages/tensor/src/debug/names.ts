/** What the tensors of a recording are called: parameters by their names, arguments as the function calls them. */
import type { Names } from '@evenkeel/compiler/printers';
import type { Outline } from '../recording/outline.ts';
import type { Guard } from '../recording/recorder.ts';
import { Tensor } from '../tensor.ts';

type AnyFunction = (...args: never[]) => unknown;

/** What a guard may belong to, as far as it has names for tensors. */
interface Module {
  namedParameters(): [string, Tensor][];
  namedBuffers(): [string, Tensor][];
}

interface Optimizer {
  readonly paramGroups: readonly { readonly params: readonly Tensor[] }[];
  stateDict(): { readonly state: Readonly<Record<string, Readonly<Record<string, unknown>>>> };
}

/** @param args what the function was called with */
export function namesOf(outline: Outline<unknown>, fn: AnyFunction, args: readonly unknown[]): Names {
  const { recorder, returned, resultOf, gradients } = outline;
  const known = namesByTensor(recorder.guards);
  const given: string[] = [];
  for (const [tensor, name] of argumentNames(fn, args)) given[recorder.positionOf(tensor) ?? 0] = name;
  const named = (tensor: Tensor, number: number) => known.get(tensor) ?? `tensor ${number}`;
  const inputs = recorder.sources.map((source, i) => {
    if (source.kind === 'argument') return given[source.position];
    return source.kind === 'captured' ? named(source.tensor, i) : `gradient of ${named(source.of, i)}`;
  });
  const results: string[] = [];
  const left = new Map<Tensor, string>();
  walk(returned, 'returned', left);
  for (const [tensor, name] of left) {
    const result = resultOf.get(tensor);
    if (result !== undefined) results[result] ??= name;
  }
  for (const [of, result] of gradients) {
    if (typeof result === 'number') results[result] ??= `gradient of ${named(of, result)}`;
  }
  return { inputs, results };
}

/** The tensors that a function was called with, by the names of its parameters. */
export function argumentNames(fn: AnyFunction, args: readonly unknown[]): Map<Tensor, string> {
  const parameters = parametersOf(fn);
  const found = new Map<Tensor, string>();
  for (const [i, arg] of args.entries()) walk(arg, parameters[i] ?? `argument ${i}`, found);
  return found;
}

/** The names of parameters, buffers and optimizers' states, as far as what was guarded knows them. */
function namesByTensor(guards: readonly Guard[]): Map<Tensor, string> {
  const owners = new Set(guards.flatMap(({ of }) => of ?? []));
  const modules = [...owners].filter(isModule).map((module) => ({
    kind: module.constructor.name,
    tensors: [...module.namedParameters(), ...module.namedBuffers()],
  }));
  // What lies within another module is named by that; where there are several roots each says which it is.
  const all = new Set<Tensor>();
  const roots = modules
    .sort((a, b) => b.tensors.length - a.tensors.length)
    .filter(({ tensors }) => {
      const isRoot = tensors.some(([, tensor]) => !all.has(tensor));
      for (const [, tensor] of tensors) all.add(tensor);
      return isRoot;
    });
  const known = new Map<Tensor, string>();
  for (const { kind, tensors } of roots) {
    for (const [name, tensor] of tensors) {
      if (!known.has(tensor)) known.set(tensor, roots.length > 1 ? `${kind} ${name}` : name);
    }
  }
  for (const { tensor, key, of } of [...owners].filter(isOptimizer).flatMap(statesOf)) {
    known.set(tensor, `${key} of ${(of && known.get(of)) ?? 'a parameter'}`);
  }
  return known;
}

function statesOf(optimizer: Optimizer): { tensor: Tensor; key: string; of: Tensor | undefined }[] {
  const parameters = optimizer.paramGroups.flatMap(({ params }) => params);
  return Object.entries(optimizer.stateDict().state).flatMap(([index, state]) =>
    Object.entries(state).flatMap(([key, tensor]) =>
      tensor instanceof Tensor ? [{ tensor, key, of: parameters[Number(index)] }] : [],
    ),
  );
}

/** Names for the tensors in a value: `batch`, `batch[0]`, `batch.labels`. */
function walk(value: unknown, name: string, found: Map<Tensor, string>): void {
  if (value instanceof Tensor) {
    if (!found.has(value)) found.set(value, name);
  } else if (Array.isArray(value)) for (const [i, part] of value.entries()) walk(part, `${name}[${i}]`, found);
  else if (value instanceof Map) for (const [key, part] of value) walk(part, `${name}.${String(key)}`, found);
  else if (value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype) {
    for (const [key, part] of Object.entries(value)) walk(part, `${name}.${key}`, found);
  }
}

/** The names of a function's parameters, as far as they are plain names. */
function parametersOf(fn: AnyFunction): (string | undefined)[] {
  const [, list, single] = /^(?:function)?[^(=]*(?:\(([^)]*)\)|([\w$]+)\s*=>)/.exec(fn.toString()) ?? [];
  return (list ?? single ?? '').split(',').map((part) => /^\s*([\w$]+)\s*$/.exec(part)?.[1]);
}

function isModule(owner: object): owner is Module {
  return 'namedParameters' in owner && 'namedBuffers' in owner;
}

function isOptimizer(owner: object): owner is Optimizer {
  return 'paramGroups' in owner && 'stateDict' in owner;
}
