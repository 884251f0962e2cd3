export {
  ConfigError,
  DataError,
  DeviceError,
  DTypeError,
  IndexError,
  NonFiniteError,
  ShapeError,
  StateDictError,
} from './classes.ts';
export { type ErrorDetails, EvenKeelError, withPath } from './even-keel-error.ts';
export { nearestName } from './nearest-name.ts';
