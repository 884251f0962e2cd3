import { axesOf, type Expression, type LinearForm } from '@evenkeel/backend';
import { type FunctionBuilder, i32, type Value } from '../assembler/index.ts';
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
  if (address.wraps || offset < 0) return [i32.add(address.base, i32.constant(offset)), 0];
  return [address.base, offset];
}

/**
 * The pointer of a linear index where the nest stands: each loop level adds its own term once, so what an outer level
 * knows is computed there, and loads with the same coefficients share their pointers.
 */
export function linearAddress(
  f: FunctionBuilder,
  scopes: readonly Scope[],
  binding: number,
  bindingBase: Value<'i32'>,
  form: LinearForm,
): Address {
  let wraps = form.offset < 0;
  for (const coefficient of form.coefficients.values()) wraps ||= coefficient < 0;
  const start = wraps ? form.offset : 0;
  const base = pointerAt(scopes.length - 1);
  return { base, offset: wraps ? 0 : form.offset * 4, wraps };

  function pointerAt(level: number): Value<'i32'> {
    const scope = scopes[level] as Scope;
    if (scope.axis === undefined) {
      if (start === 0) return bindingBase;
      return remembered(`${binding}+${start}`, level, () => i32.add(bindingBase, i32.constant(start * 4)));
    }
    const coefficient = form.coefficients.get(scope.axis) ?? 0;
    if (coefficient === 0 || scope.position.known === 0) return pointerAt(level - 1);
    return remembered(`${binding}+${start}:${keyUpTo(level)}`, level, () =>
      i32.add(pointerAt(level - 1), scaled(scope, level, coefficient)),
    );
  }

  function keyUpTo(level: number): string {
    let key = '';
    for (let i = 1; i <= level; i++) {
      const axis = (scopes[i] as Scope).axis as number;
      const coefficient = form.coefficients.get(axis) ?? 0;
      if (coefficient !== 0) key += `${coefficient}*${axis} `;
    }
    return key;
  }

  function scaled(scope: Scope, level: number, coefficient: number): Value<'i32'> {
    return remembered(`${coefficient}*${scope.axis}`, level, () =>
      i32.mul(scope.position, i32.constant(coefficient * 4)),
    );
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

/** Whether an index expression is made by scalar arithmetic from its parts. */
export function isScalarArithmetic(e: Expression): e is Expression & { kind: 'binary' } {
  if (e.kind !== 'binary' || e.dtype !== 'int32') return false;
  if (e.fn === 'add' || e.fn === 'sub' || e.fn === 'mul') return true;
  const byConstant = e.b.kind === 'constant' && e.b.value !== 0 && e.b.value !== -1;
  return byConstant && (e.fn === 'div' || e.fn === 'rem');
}

/** Whether every axis of an expression has a position. */
export function isBound(e: Expression, scope: Scope): boolean {
  return (axesOf(e) & ~scope.bound) === 0;
}
