/** What goes into and comes out of a compiled function: tensors in arrays, maps and plain objects. */
import { numberOf } from '@evenkeel/backend';
import { DTypeError } from '@evenkeel/errors';
import { isPlain } from '../engine/scope.ts';
import { Tensor } from '../tensor.ts';

/** Everything about a function's arguments but the tensors' contents, as text. */
export function signatureOf(value: unknown): string {
  if (value instanceof Tensor) {
    const layout = value.uniform === undefined ? value.strides : `=${value.uniform}`;
    return `${value.dtype}[${value.shape}]{${layout}}${value.requiresGrad ? 'g' : ''}`;
  }
  if (Array.isArray(value)) return `[${value.map(signatureOf)}]`;
  if (value instanceof Map) return `Map{${[...value].map(([key, part]) => `${String(key)}:${signatureOf(part)}`)}}`;
  if (isPlain(value)) {
    return `{${Object.entries(value).map(([key, part]) => `${key}:${signatureOf(part)}`)}}`;
  }
  if (value === null || ['number', 'string', 'boolean', 'undefined', 'bigint'].includes(typeof value)) {
    return `${typeof value} ${Object.is(value, -0) ? '-0' : String(value)}`;
  }
  return `#${numberOf(value as object)}`;
}

/** The same tree with each tensor replaced. */
export function mapTensors<Tree>(value: Tree, replace: (tensor: Tensor) => Tensor): Tree {
  const map = (part: unknown): unknown => {
    if (part instanceof Tensor) return replace(part);
    if (Array.isArray(part)) return part.map(map);
    if (part instanceof Map) return new Map([...part].map(([key, inner]) => [key, map(inner)]));
    if (isPlain(part)) return Object.fromEntries(Object.entries(part).map(([key, inner]) => [key, map(inner)]));
    if (part instanceof Promise) {
      throw new DTypeError('a compiled function must not be async', {
        op: 'compile',
        got: 'a promise',
        remedy: 'return the tensors, and read them after the call',
      });
    }
    return part;
  };
  return map(value) as Tree;
}
