import { nearestName, StateDictError } from '@evenkeel/errors';
import { noGrad, type Tensor } from '@evenkeel/tensor';
import type { Module } from './module.ts';

/** Tensors by state-dict name: what `stateDict()` returns, or a plain object. */
export type StateDictLike = ReadonlyMap<string, Tensor> | Readonly<Record<string, Tensor>>;

export interface LoadStateDictOptions {
  /** Whether missing and unexpected keys are errors (default true). */
  strict?: boolean;
}

/** The keys in which the state dict and the module differed; both empty after a strict load. */
export interface LoadResult {
  missingKeys: string[];
  unexpectedKeys: string[];
}

/** Checks everything first, so that a state dict that does not fit leaves the module as it was. */
export function loadStateDict(module: Module, given: StateDictLike, options: LoadStateDictOptions): LoadResult {
  const { strict = true } = options;
  const values = toMap(given);
  const own = module.stateDict();
  const missingKeys = [...own.keys()].filter((key) => !values.has(key));
  const unexpectedKeys = [...values.keys()].filter((key) => !own.has(key));
  const mismatches: string[] = [];
  for (const [key, target] of own) {
    const value = values.get(key);
    if (value && !sameShape(value.shape, target.shape)) {
      mismatches.push(`${key} is [${value.shape.join(', ')}], the module's is [${target.shape.join(', ')}]`);
    }
  }
  const problems = [...mismatches.map((mismatch) => `shape: ${mismatch}`)];
  if (strict) {
    problems.push(...missingKeys.map((key) => `missing: ${key}`));
    problems.push(...unexpectedKeys.map((key) => `unexpected: ${key}${suggestion(key, missingKeys)}`));
  }
  if (problems.length > 0) throw doesNotFit(module, problems, mismatches.length > 0);
  noGrad(() => {
    for (const [key, target] of own) {
      const value = values.get(key);
      if (value) target.assign(value.to(target.dtype));
    }
  });
  return { missingKeys, unexpectedKeys };
}

function doesNotFit(module: Module, problems: string[], shapesDiffer: boolean): StateDictError {
  return new StateDictError('the state dict does not fit the module', {
    doing: `loading a state dict into ${module.constructor.name}`,
    got: problems.join('\n    '),
    expected: 'every name of stateDict(), with the same shapes, and no other',
    remedy: shapesDiffer
      ? 'make the module with the sizes of the saved one, or leave those entries out and load with { strict: false }'
      : 'rename the entries, or load what fits with { strict: false }',
  });
}

function suggestion(key: string, missingKeys: string[]): string {
  const near = nearestName(key, missingKeys);
  return near === undefined ? '' : ` (did you mean ${near}?)`;
}

function toMap(given: StateDictLike): ReadonlyMap<string, Tensor> {
  return given instanceof Map ? given : new Map(Object.entries(given as Record<string, Tensor>));
}

function sameShape(left: readonly number[], right: readonly number[]): boolean {
  return left.length === right.length && left.every((size, dim) => size === right[dim]);
}
