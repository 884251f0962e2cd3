import type { Primitive } from '../primitive.ts';
import type * as primitives from './index.ts';

export type OperationName = keyof typeof primitives;

/** What an operation is told besides its inputs. */
export type AttributesOf<Name extends OperationName> =
  (typeof primitives)[Name] extends Primitive<infer Attributes> ? Attributes : never;
