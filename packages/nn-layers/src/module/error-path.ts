import { EvenKeelError, withPath } from '@evenkeel/errors';
import type { Module } from './module.ts';

// The outermost module an error has passed on its way up; its path is relative to that module.
const passed = new WeakMap<EvenKeelError, Module>();

/** Adds to an error that leaves `module` the part of the path between `module` and the one the error came from. */
export function placeError(error: unknown, module: Module): unknown {
  if (!(error instanceof EvenKeelError)) return error;
  const inner = passed.get(error);
  if (inner !== undefined && inner !== module) {
    const found = module.namedModules().find(([, candidate]) => candidate === inner);
    if (found) withPath(error, found[0]);
  }
  passed.set(error, module);
  return error;
}
