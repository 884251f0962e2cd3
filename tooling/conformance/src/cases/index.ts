/** The cases of every primitive: one that is missing here does not type-check. */
import type { AttributesOf, OperationName } from '@evenkeel/compiler';
import * as attention from './attention.ts';
import * as binary from './binary.ts';
import * as contraction from './contraction.ts';
import * as conversions from './conversions.ts';
import * as indexing from './indexing.ts';
import * as joining from './joining.ts';
import * as lines from './lines.ts';
import * as movement from './movement.ts';
import type { OperationCases } from './operation-cases.ts';
import * as reductions from './reductions.ts';
import * as sources from './sources.ts';
import * as unary from './unary.ts';
import * as windowed from './windowed.ts';

/** A family's file exports the cases of its primitives under their names, and nothing else. */
export const cases = {
  ...attention,
  ...unary,
  ...binary,
  ...conversions,
  ...reductions,
  ...movement,
  ...joining,
  ...indexing,
  ...contraction,
  ...sources,
  ...windowed,
  ...lines,
} as const satisfies { readonly [Name in OperationName]: OperationCases<AttributesOf<Name>> };

/** The cases of a primitive whose name is only known at run time. */
export function casesOf(name: OperationName): OperationCases<object> {
  return cases[name] as unknown as OperationCases<object>;
}

export const operationNames = Object.keys(cases).sort() as OperationName[];
