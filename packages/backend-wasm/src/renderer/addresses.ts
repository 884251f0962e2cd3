import { axesOf, type Expression, type IndexTerms, numberOf } from '@evenkeel/backend';
import { type FunctionBuilder, i32, type Value } from '../assembler/index.ts';
import { reductionsOf } from './graph.ts';
import { isNatural } from './lanes.ts';
import type { Scope } from './scope.ts';

/** A place in memory: `base + offset`. */
export interface Address {
  readonly base: Value<'i32'>;
  readonly offset: number;
  /** The base alone may lie before the memory's start, so offsets must be added with wrap-around. */
  readonly wraps: boolean;
}

/** The instruction's address operand and immediate for a place some bytes further. */
export function placeAt(address: Address, bytes: number): [Value<'i32'>, number] {
  const offset = address.offset + bytes;
  if (address.wraps || offset < 0) return [i32.add(address.base, offset), 0];
  return [address.base, offset];
}

/** What an address needs to know of where the nest stands. */
export interface Standing {
  readonly f: FunctionBuilder;
  readonly scopes: readonly Scope[];
  /** Whether a part can be computed here. */
  isKnown(part: Expression): boolean;
  /** A part as a scalar. */
  integer(part: Expression): Value<'i32'>;
}

/**
 * The pointer of an index where the nest stands: each loop level adds its own terms once, so what an outer level
 * knows is computed there, and loads with the same coefficients share their pointers. Parts that are not known yet are
 * left out.
 */
export function addressOf(
  { f, scopes, isKnown, integer }: Standing,
  binding: number,
  bindingBase: Value<'i32'>,
  form: IndexTerms,
): Address {
  let wraps = form.offset < 0;
  for (const coefficient of form.coefficients.values()) wraps ||= coefficient < 0;
  for (const [part, coefficient] of form.parts) wraps ||= coefficient < 0 || !isNatural(part);
  const partLevels = new Map<Expression, number>();
  for (const part of form.parts.keys()) if (isKnown(part)) partLevels.set(part, levelOf(part, scopes));
  const start = wraps ? form.offset : 0;
  const base = pointerAt(scopes.length - 1);
  return { base, offset: wraps ? 0 : form.offset * 4, wraps };

  function pointerAt(level: number): Value<'i32'> {
    const scope = scopes[level] as Scope;
    if (scope.axis === undefined) {
      if (start === 0) return withParts(bindingBase, level);
      const base = remembered(`${binding}+${start}`, level, () => i32.add(bindingBase, start * 4));
      return withParts(base, level);
    }
    const coefficient = form.coefficients.get(scope.axis) ?? 0;
    if (coefficient === 0 || scope.position.known === 0) return withParts(pointerAt(level - 1), level);
    const own = remembered(`${binding}+${start}:${keyUpTo(level, level - 1)}`, level, () =>
      i32.add(pointerAt(level - 1), scaled(scope, level, coefficient)),
    );
    return withParts(own, level);
  }

  function withParts(pointer: Value<'i32'>, level: number): Value<'i32'> {
    const own = [...partLevels].filter(([, partLevel]) => partLevel === level);
    if (own.length === 0) return pointer;
    return remembered(`${binding}+${start}:${keyUpTo(level, level)}`, level, () => {
      let sum = pointer;
      for (const [part] of own) {
        const coefficient = form.parts.get(part) as number;
        const scaledPart = remembered(`${coefficient}*part ${numberOf(part)}`, level, () =>
          i32.mul(integer(part), coefficient * 4),
        );
        sum = i32.add(sum, scaledPart);
      }
      return sum;
    });
  }

  function keyUpTo(level: number, partLevel: number): string {
    let key = '';
    for (let i = 1; i <= level; i++) {
      const axis = (scopes[i] as Scope).axis as number;
      const coefficient = form.coefficients.get(axis) ?? 0;
      if (coefficient !== 0) key += `${coefficient}*${axis} `;
    }
    for (const [part, coefficient] of form.parts) {
      if ((partLevels.get(part) ?? Infinity) <= partLevel) key += `${coefficient}*part ${numberOf(part)} `;
    }
    return key;
  }

  function scaled(scope: Scope, level: number, coefficient: number): Value<'i32'> {
    return remembered(`${coefficient}*${scope.axis}`, level, () => i32.mul(scope.position, coefficient * 4));
  }

  // Found at its own level if it was hoisted there; otherwise made where the nest stands.
  function remembered(key: string, level: number, make: () => Value<'i32'>): Value<'i32'> {
    for (let i = scopes.length - 1; i >= level; i--) {
      const found = (scopes[i] as Scope).pointers.get(key);
      if (found) return found;
    }
    const made = f.i32(make());
    (scopes[scopes.length - 1] as Scope).pointers.set(key, made);
    return made;
  }
}

/** The innermost loop level whose axis a part depends on; what depends on reductions is computed where it is needed. */
function levelOf(part: Expression, scopes: readonly Scope[]): number {
  let level = scopes.length - 1;
  if (reductionsOf(part) !== 0) return level;
  const axes = axesOf(part);
  while (level > 0 && ((axes >>> ((scopes[level] as Scope).axis as number)) & 1) === 0) level--;
  return level;
}

/** Whether every axis of an expression has a position. */
export function isBound(e: Expression, scope: Scope): boolean {
  return (axesOf(e) & ~scope.bound) === 0;
}
