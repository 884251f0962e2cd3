import { DataError } from '@evenkeel/errors';
import { Tensor } from '@evenkeel/tensor';

/** Plain data without tensors, as JSON has it. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

// Stands in the JSON where a tensor stood in the tree; its value is the tensor's name.
const MARK = '$tensor';

/**
 * Takes a tree of plain data apart: its tensors by path (`state.0.exp_avg`), and the rest as JSON. A tensor that stands in several places
 * is taken once, by the first path, and stands in all of them again when the tree is put together.
 *
 * @throws DataError for a value that JSON cannot hold (a function, an infinite number)
 */
export function packTree(tree: unknown): { json: Json; tensors: Map<string, Tensor> } {
  const tensors = new Map<string, Tensor>();
  const paths = new Map<Tensor, string>();
  const pack = (value: unknown, path: string): Json => {
    if (value instanceof Tensor) {
      const first = paths.get(value) ?? path;
      paths.set(value, first);
      tensors.set(first, value);
      return { [MARK]: first };
    }
    if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    const join = (key: string | number) => (path === '' ? String(key) : `${path}.${key}`);
    if (Array.isArray(value)) return value.map((item, index) => pack(item, join(index)));
    if (typeof value === 'object') {
      const entries = Object.entries(value).filter(([, item]) => item !== undefined);
      return Object.fromEntries(entries.map(([key, item]) => [key, pack(item, join(key))]));
    }
    throw new DataError('A state dict holds a value that cannot be saved', {
      got: `${path}: ${String(value)}`,
      expected: 'tensors, finite numbers, strings, booleans, null, arrays and plain objects',
    });
  };
  return { json: pack(tree, ''), tensors };
}

/**
 * Puts a tree together again.
 *
 * @throws DataError if a tensor that the JSON names is missing
 */
export function unpackTree(json: Json, tensors: ReadonlyMap<string, Tensor>): unknown {
  if (Array.isArray(json)) return json.map((item) => unpackTree(item, tensors));
  if (json === null || typeof json !== 'object') return json;
  const name = (json as { readonly [key: string]: Json })[MARK];
  if (typeof name !== 'string') {
    return Object.fromEntries(Object.entries(json).map(([key, item]) => [key, unpackTree(item as Json, tensors)]));
  }
  const tensor = tensors.get(name);
  if (tensor) return tensor;
  throw new DataError('A saved state lacks a tensor', { got: `no tensor ${name}`, expected: 'every tensor it names' });
}
