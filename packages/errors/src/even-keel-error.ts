/** What an error knows besides its sentence. Programs read the fields, people read the message built from them. */
export interface ErrorDetails {
  /** What was being done, as a phrase after "while": `'loading runs/a/model.safetensors'`. */
  doing?: string | undefined;
  /** What was given, with names, shapes, dtypes, numbers. */
  got?: string | undefined;
  /** What would have been right. */
  expected?: string | undefined;
  /** What to do about it, as an instruction. */
  remedy?: string | undefined;
  /** The operation: `'matmul'`. */
  op?: string | undefined;
  /** The module path (`'encoder.layers.3.norm1'`), usually added on the way up by `withPath`. */
  path?: string | undefined;
  /** The shapes involved; they stand for `got` in the message where `got` is left out. */
  shapes?: readonly (readonly number[])[] | undefined;
  /** The error that led to this one. */
  cause?: unknown;
}

/**
 * The base of every error that Even Keel raises on purpose.
 *
 * The first line of `message` is `path: op: what went wrong`, then one line each for what was being done, what was
 * given, what was expected and what to do, as far as they are known.
 *
 * ```ts
 * const error = new EvenKeelError('the seed is negative', { op: 'rand', got: '-1', remedy: 'use 0 or more' });
 * console.log(error.message);
 * // prints rand: the seed is negative
 * // prints   got: -1
 * // prints   remedy: use 0 or more
 * console.log(error.got, error.remedy); // prints -1 use 0 or more
 * ```
 *
 * @param message what went wrong, without the path and without a trailing period
 */
export class EvenKeelError extends Error {
  readonly summary: string;
  readonly doing: string | undefined;
  readonly got: string | undefined;
  readonly expected: string | undefined;
  readonly remedy: string | undefined;
  readonly op: string | undefined;
  readonly path: string | undefined;
  readonly shapes: readonly (readonly number[])[] | undefined;

  constructor(message: string, details: ErrorDetails = {}) {
    const { cause, ...fields } = details;
    super(fullMessage(message, fields), cause === undefined ? undefined : { cause });
    this.summary = message;
    Object.assign(this, fields);
  }

  // A getter on the prototype: right in the stack's first line, and unharmed by minifiers, which rename classes.
  override get name(): string {
    return 'EvenKeelError';
  }
}

/**
 * Puts a module path in front of an error on its way up, and returns the same error:
 * `catch (error) { throw withPath(error, 'encoder'); }` turns `layers.3` into `encoder.layers.3`.
 *
 * Anything that is not an `EvenKeelError` is returned untouched.
 *
 * ```ts
 * const error = new ShapeError('the inner sizes differ', { op: 'matmul' });
 * console.log(withPath(withPath(error, 'layers.3'), 'encoder').path); // prints encoder.layers.3
 * ```
 */
export function withPath<Thrown>(error: Thrown, path: string): Thrown {
  if (!(error instanceof EvenKeelError) || path === '') return error;
  const joined = error.path ? `${path}.${error.path}` : path;
  const message = fullMessage(error.summary, { ...error, path: joined });
  // V8 writes the message into the stack when that is first read; what a terminal shows must have the path too.
  if (error.stack) error.stack = error.stack.replace(error.message, () => message);
  Object.assign(error, { path: joined });
  error.message = message;
  return error;
}

function fullMessage(summary: string, details: Omit<ErrorDetails, 'cause'>): string {
  const { doing, expected, remedy, op, path } = details;
  const got = details.got ?? details.shapes?.map((shape) => `[${shape.join(', ')}]`).join(' and ');
  const operation = op && !summary.includes(op) ? `${op}: ` : '';
  const lines = [`${path ? `${path}: ` : ''}${operation}${summary}`];
  if (doing) lines.push(`while ${doing}`);
  if (got) lines.push(`got: ${got}`);
  if (expected) lines.push(`expected: ${expected}`);
  if (remedy) lines.push(`remedy: ${remedy}`);
  return lines.join('\n  ');
}
