import { EvenKeelError } from './even-keel-error.ts';

/**
 * Shapes that do not fit together or do not fit the operation.
 *
 * ```ts
 * const error = new ShapeError('the inner sizes differ', { op: 'matmul', shapes: [[2, 3], [4, 5]] });
 * console.log(error.message);
 * // prints matmul: the inner sizes differ
 * // prints   got: [2, 3] and [4, 5]
 * ```
 */
export class ShapeError extends EvenKeelError {
  override get name(): string {
    return 'ShapeError';
  }
}

/**
 * A dtype that the operation or the backend does not take.
 *
 * ```ts
 * const error = new DTypeError('the backend has no such dtype', { op: 'zeros', got: 'float64', expected: 'float32' });
 * console.log(error.name, error.op, error.got); // prints DTypeError zeros float64
 * ```
 */
export class DTypeError extends EvenKeelError {
  override get name(): string {
    return 'DTypeError';
  }
}

/**
 * A backend or device that is missing, lost, out of memory, or not the one a tensor lives on.
 *
 * ```ts
 * const error = new DeviceError('there is no backend yet', { remedy: 'call useBackend(cpu()) first' });
 * console.log(error.name, error.remedy); // prints DeviceError call useBackend(cpu()) first
 * ```
 */
export class DeviceError extends EvenKeelError {
  override get name(): string {
    return 'DeviceError';
  }
}

/**
 * A state dict whose keys, shapes or dtypes are not the module's.
 *
 * ```ts
 * const error = new StateDictError('a key is missing', { doing: 'loading model.safetensors', expected: 'head.weight' });
 * console.log(error.name, error.expected); // prints StateDictError head.weight
 * ```
 */
export class StateDictError extends EvenKeelError {
  override get name(): string {
    return 'StateDictError';
  }
}

/**
 * An option, argument or configuration key that is unknown or out of range.
 *
 * ```ts
 * const remedy = `did you mean "${nearestName('gama', ['gamma', 'lr'])}"?`;
 * const error = new ConfigError('there is no option "gama"', { remedy });
 * console.log(error.name, error.remedy); // prints ConfigError did you mean "gamma"?
 * ```
 */
export class ConfigError extends EvenKeelError {
  override get name(): string {
    return 'ConfigError';
  }
}

/**
 * A file, a run folder or a data set that is missing, damaged or not what it says it is.
 *
 * ```ts
 * const error = new DataError('the file ends too soon', { doing: 'reading a.safetensors', got: '7 bytes' });
 * console.log(error.name, error.doing); // prints DataError reading a.safetensors
 * ```
 */
export class DataError extends EvenKeelError {
  override get name(): string {
    return 'DataError';
  }
}

/**
 * A NaN or an infinity where only finite numbers are allowed.
 *
 * ```ts
 * const error = new NonFiniteError('the loss is not finite', { got: 'NaN in step 12' });
 * console.log(error.name, error.got); // prints NonFiniteError NaN in step 12
 * ```
 */
export class NonFiniteError extends EvenKeelError {
  override get name(): string {
    return 'NonFiniteError';
  }
}

/**
 * An index outside the range it points into.
 *
 * ```ts
 * const error = new IndexError('there is no such sample', { got: 'index 10', expected: 'a whole number from 0 to 9' });
 * console.log(error.name, error.expected); // prints IndexError a whole number from 0 to 9
 * ```
 */
export class IndexError extends EvenKeelError {
  override get name(): string {
    return 'IndexError';
  }
}
