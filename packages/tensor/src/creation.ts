import { type DType, type HostArray, type Shape, sizeOf } from '@evenkeel/backend';
import { ConfigError, DTypeError, ShapeError } from '@evenkeel/errors';
import * as ops from './autograd/operations.ts';
import { currentDevice } from './engine/device.ts';
import { hostArray } from './engine/host-array.ts';
import { blank } from './engine/plans.ts';
import { activeRecorder } from './recording/active.ts';
import { Tensor } from './tensor.ts';

export interface TensorOptions {
  readonly dtype?: DType;
  /** Default false. */
  readonly requiresGrad?: boolean;
}

export interface FromDataOptions extends TensorOptions {
  /** The shape of flat data. Default: one dimension for a typed array, the nesting of nested arrays. */
  readonly shape?: Shape;
}

/** What a tensor can be made from: numbers or booleans, nested to any depth, or a typed array. */
export type TensorData = number | boolean | readonly TensorData[] | TypedArray;
type TypedArray =
  | Float32Array
  | Float64Array
  | Float16Array
  | Int32Array
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array;

let defaultDType: 'float32' | 'float64' = 'float32';

/** The dtype of numbers given without one: float32 at first. float64 exists on the backend "cpu". */
export function setDefaultDtype(dtype: 'float32' | 'float64'): void {
  defaultDType = dtype;
}

export function getDefaultDtype(): 'float32' | 'float64' {
  return defaultDType;
}

/**
 * A tensor with the given elements, copied to the current backend.
 *
 * The dtype is, unless given: bool for booleans, int32 for integer arrays (Int32Array, Uint8Array, …), the default float for
 * everything else.
 *
 * @throws ShapeError if nested rows differ in length or the data do not fill the shape
 * @throws DTypeError if a value is not one of the dtype's: a fraction or a number beyond 32 bits in int32
 *
 * @example
 * const x = tensor([[1, 2], [3, 4]]);            // float32, [2, 2]
 * const y = tensor(new Int32Array([1, 0]));      // int32, [2]
 */
export function tensor(data: TensorData, options: FromDataOptions = {}): Tensor {
  const { flat, shape: found, natural } = flatten(data);
  const shape = options.shape ?? found;
  if (sizeOf(shape) !== flat.length) {
    throw new ShapeError(`${flat.length} elements do not fill the shape [${shape}]`, {
      op: 'tensor',
      expected: `${sizeOf(shape)} elements`,
    });
  }
  const dtype = options.dtype ?? natural;
  currentDevice().expectDType(dtype);
  return leaf(fromHost(encode(flat, dtype), shape, dtype), options);
}

/** Zeros; they take no memory until something needs it. */
export function zeros(shape: Shape, options: TensorOptions = {}): Tensor {
  return full(shape, 0, options);
}

/** Ones; they take no memory until something needs it. */
export function ones(shape: Shape, options: TensorOptions = {}): Tensor {
  return full(shape, 1, options);
}

/** One value everywhere, of the default float unless a dtype is given; it takes no memory until something needs it. */
export function full(shape: Shape, value: number, options: TensorOptions = {}): Tensor {
  const constant = new Tensor([...shape], options.dtype ?? defaultDType, value);
  return leaf(options.requiresGrad ? ops.copy(constant) : constant, options);
}

export function zerosLike(other: Tensor, options: TensorOptions = {}): Tensor {
  return full(other.shape, 0, { dtype: other.dtype, ...options });
}

export function onesLike(other: Tensor, options: TensorOptions = {}): Tensor {
  return full(other.shape, 1, { dtype: other.dtype, ...options });
}

export function fullLike(other: Tensor, value: number, options: TensorOptions = {}): Tensor {
  return full(other.shape, value, { dtype: other.dtype, ...options });
}

/**
 * `start, start + step, …` below `end` (above it for a negative step); `arange(end)` begins at 0. int32 if all three are integers,
 * else the default float.
 */
export function arange(start: number, end?: number, step = 1, options: TensorOptions = {}): Tensor {
  const [first, last] = end === undefined ? [0, start] : [start, end];
  const count = Math.max(0, Math.ceil((last - first) / step));
  if (!Number.isFinite(count)) {
    throw new ShapeError(`arange from ${first} to ${last} in steps of ${step} has no end`, {
      op: 'arange',
      expected: 'a step other than 0 and finite ends',
    });
  }
  const natural = [first, last, step].every(Number.isInteger) ? 'int32' : defaultDType;
  const values = new Float64Array(count).map((_, i) => first + i * step);
  return tensor(values, { dtype: natural, ...options });
}

/** `steps` numbers from `start` to `end`, both included, evenly spaced. */
export function linspace(start: number, end: number, steps: number, options: TensorOptions = {}): Tensor {
  if (!Number.isInteger(steps) || steps < 0) {
    throw new ConfigError(`linspace cannot make ${steps} numbers`, { op: 'linspace', expected: 'an integer from 0' });
  }
  const step = steps > 1 ? (end - start) / (steps - 1) : 0;
  // From both ends, so that the last is exactly `end`.
  const values = new Float64Array(steps).map((_, i) =>
    i < steps / 2 ? start + i * step : end - (steps - 1 - i) * step,
  );
  return tensor(values, { dtype: defaultDType, ...options });
}

/** The identity matrix, or its upper left `[n, m]` part. */
export function eye(n: number, m = n, options: TensorOptions = {}): Tensor {
  const row = ops.iota([n, m], 0);
  const column = ops.iota([n, m], 1);
  return leaf(ops.cast(ops.eq(row, column), options.dtype ?? defaultDType), options);
}

/** @internal A tensor with memory of its own that holds host data. */
export function fromHost(data: HostArray, shape: Shape, dtype: DType): Tensor {
  const device = currentDevice();
  const result = blank(device, { shape, dtype });
  const wide = dtype === 'bool' && device.backend.limits.boolBytes === 4;
  // Copied before the call returns, or where the queue waits at the latest when it goes on: so the copy is ours.
  const bytes = wide ? Int32Array.from(data) : data;
  activeRecorder()?.bear(result, data);
  const { buffer } = result.memory().storage;
  if (bytes.length > 0) device.queue.push(() => device.backend.write(buffer, bytes));
  return result;
}

function leaf(tensor: Tensor, { requiresGrad = false }: TensorOptions): Tensor {
  tensor.requiresGrad = requiresGrad;
  return tensor;
}

interface Flat {
  readonly flat: ArrayLike<number>;
  readonly shape: number[];
  readonly natural: DType;
}

function flatten(data: TensorData): Flat {
  if (ArrayBuffer.isView(data)) {
    const natural = (data as TypedArray)[Symbol.toStringTag].startsWith('Float') ? defaultDType : 'int32';
    return { flat: data as TypedArray, shape: [data.length], natural };
  }
  const shape: number[] = [];
  let level: unknown = data;
  while (Array.isArray(level) || ArrayBuffer.isView(level)) {
    const row = level as ArrayLike<unknown>;
    shape.push(row.length);
    level = row[0];
  }
  const flat: number[] = [];
  let booleans = true;
  const visit = (part: TensorData, d: number): void => {
    if (typeof part === 'number' || typeof part === 'boolean') {
      if (d !== shape.length) throw ragged(shape, d);
      booleans &&= typeof part === 'boolean';
      flat.push(Number(part));
      return;
    }
    const row = part as ArrayLike<TensorData>;
    if (row.length !== shape[d]) throw ragged(shape, d);
    for (let i = 0; i < row.length; i++) visit(row[i] as TensorData, d + 1);
  };
  visit(data, 0);
  return { flat, shape, natural: booleans && flat.length > 0 ? 'bool' : defaultDType };
}

function ragged(shape: Shape, d: number): ShapeError {
  return new ShapeError('nested arrays must have equal lengths at each level', {
    op: 'tensor',
    got: `another length than ${shape[d] ?? 'a number'} at level ${d}`,
    expected: `the shape [${shape}] of the first elements throughout`,
  });
}

function encode(flat: ArrayLike<number>, dtype: DType): HostArray {
  if (dtype === 'float32' && flat instanceof Float32Array) return new Float32Array(flat);
  const array = hostArray(dtype, flat.length);
  for (let i = 0; i < flat.length; i++) {
    const value = flat[i] as number;
    if (dtype === 'int32' && value !== (value | 0)) {
      throw new DTypeError(`${value} is no int32`, {
        op: 'tensor',
        got: `${value} at position ${i}`,
        expected: 'an integer from -2147483648 to 2147483647',
      });
    }
    array[i] = dtype === 'bool' ? Number(value !== 0) : value;
  }
  return array;
}
