import { switchMode } from '../autograd/mode.ts';
import { Tensor } from '../tensor.ts';
import { closeScope, openScope } from './lifetime.ts';

/**
 * Runs a function and releases the tensors made inside, except the ones it returns (a tensor, or arrays, maps and plain objects
 * of them), as soon as no recorded computation needs them. What composed operations wrap their bodies in.
 */
export function scope<Result>(fn: () => Result): Result {
  const opened = openScope();
  return ending(fn, (result) => {
    const survivors = tensorsIn(result).map(({ lifetime }) => lifetime);
    closeScope(opened, survivors);
  });
}

/**
 * Runs a function without recording: nothing in it can be differentiated, and all it made but what it returns is released at
 * its end. The function may be async; then run no other computation until it has settled.
 *
 * @example
 * const accuracy = await noGrad(() => model.call(x).argmax(1).eq(y).to('float32').mean()).item();
 */
export function noGrad<Result>(fn: () => Result): Result {
  return inMode(false, () => scope(fn));
}

/** Runs a function with recording switched on again, inside a `noGrad`. */
export function enableGrad<Result>(fn: () => Result): Result {
  return inMode(true, fn);
}

/** Keeps every tensor in a value (arrays, maps and plain objects included); see `Tensor.keep`. */
export function keep<Tree>(tree: Tree): Tree {
  for (const tensor of tensorsIn(tree)) tensor.keep();
  return tree;
}

/** Every tensor in a value: itself, or in arrays, maps and plain objects. */
export function tensorsIn(value: unknown): Tensor[] {
  const found: Tensor[] = [];
  const visit = (part: unknown): void => {
    if (part instanceof Tensor) found.push(part);
    else if (Array.isArray(part)) part.forEach(visit);
    else if (part instanceof Map) part.forEach(visit);
    else if (isPlain(part)) Object.values(part).forEach(visit);
  };
  visit(value);
  return found;
}

/** Whether a value is an object literal. */
export function isPlain(value: unknown): value is Record<string, unknown> {
  if (value === null || typeof value !== 'object') return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function inMode<Result>(on: boolean, fn: () => Result): Result {
  return ending(fn, switchMode('grad', on));
}

/** Runs a function, and `end` with its result, or with nothing if it fails; if the result is a promise, once that has settled. */
function ending<Result>(fn: () => Result, end: (result?: unknown) => void): Result {
  let result: Result | undefined;
  try {
    result = fn();
  } finally {
    if (result instanceof Promise) result.then(end, () => end());
    else end(result);
  }
  return result;
}
