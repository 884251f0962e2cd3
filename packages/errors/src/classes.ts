import { EvenKeelError } from './even-keel-error.ts';

/** Shapes that do not fit together or do not fit the operation. */
export class ShapeError extends EvenKeelError {
  override get name(): string {
    return 'ShapeError';
  }
}

/** A dtype that the operation or the backend does not take. */
export class DTypeError extends EvenKeelError {
  override get name(): string {
    return 'DTypeError';
  }
}

/** A backend or device that is missing, lost, out of memory, or not the one a tensor lives on. */
export class DeviceError extends EvenKeelError {
  override get name(): string {
    return 'DeviceError';
  }
}

/** A state dict whose keys, shapes or dtypes are not the module's. */
export class StateDictError extends EvenKeelError {
  override get name(): string {
    return 'StateDictError';
  }
}

/** An option, argument or configuration key that is unknown or out of range. */
export class ConfigError extends EvenKeelError {
  override get name(): string {
    return 'ConfigError';
  }
}

/** A file, a run folder or a data set that is missing, damaged or not what it says it is. */
export class DataError extends EvenKeelError {
  override get name(): string {
    return 'DataError';
  }
}

/** A NaN or an infinity where only finite numbers are allowed. */
export class NonFiniteError extends EvenKeelError {
  override get name(): string {
    return 'NonFiniteError';
  }
}

/** An index outside the range it points into. */
export class IndexError extends EvenKeelError {
  override get name(): string {
    return 'IndexError';
  }
}
