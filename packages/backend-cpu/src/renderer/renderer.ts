/**
 * A kernel's expressions as lists of instructions. An expression is a graph that shares its parts, so each part has one
 * slot in the kernel's list of values and is computed once per evaluation.
 *
 * Every part is computed, whatever `select` chooses and whatever guards say; a guard decides whether memory is read,
 * nothing else. In particular a `bounded` index outside its bounds is reported even where its load is not wanted.
 */
import { axesOf, type Expression, type Kernel, operands, type Scalar, type Store } from '@evenkeel/backend';
import { type Conversion, conversion } from './conversion.ts';
import type { Faults } from './faults.ts';
import { type Elements, type Instruction, instruction, randomInstruction } from './instruction.ts';
import { checkIndex, malformed } from './malformed.ts';

/** What some expressions need: first what does not change along the inner axes, then what does. */
export interface Stage {
  readonly outer: readonly Instruction[];
  readonly inner: readonly Instruction[];
  /** The slot of each of the expressions asked for. */
  readonly slots: readonly number[];
}

/** A stage whose results go to bindings. */
export interface StoreStage extends Stage {
  readonly store: (bindings: readonly Elements[]) => void;
}

export class Renderer {
  /** The positions along the axes come first, the reductions after them, then every other part. */
  values = new Float64Array(0);
  readonly #kernel: Kernel;
  readonly #faults: Faults;
  readonly #axes: number;
  readonly #reductions: readonly Scalar[];
  readonly #slots = new Map<Expression, number>();
  readonly #constants: { slot: number; value: number }[] = [];
  readonly #arguments: { slot: number; argument: number; convert: Conversion }[] = [];
  #used: number;

  /** @param reductions the dtype of each reduction of the kernel */
  constructor(kernel: Kernel, faults: Faults, axes: number, reductions: readonly Scalar[]) {
    this.#kernel = kernel;
    this.#faults = faults;
    this.#axes = axes;
    this.#reductions = reductions;
    this.#used = axes + reductions.length;
  }

  /** Makes room for the values; after the last stage, before the first run. */
  finish(): void {
    this.values = new Float64Array(this.#used);
    for (const { slot, value } of this.#constants) this.values[slot] = value;
  }

  /** Takes the arguments of a run. */
  begin(given: readonly number[]): void {
    for (const { slot, argument, convert } of this.#arguments) this.values[slot] = convert(given[argument]!);
  }

  slotOfReduction(reduction: number): number {
    return this.#axes + reduction;
  }

  /**
   * @param roots what is to be computed
   * @param innerAxes a bit set of the axes that move between two runs of the inner instructions
   * @param allowedAxes a bit set of the axes that the roots may depend on
   * @param reductions how many reductions are known by then
   */
  stage(roots: readonly Expression[], innerAxes: number, allowedAxes: number, reductions: number): Stage {
    const outer: Instruction[] = [];
    const inner: Instruction[] = [];
    const seen = new Set<Expression>();
    const visit = (e: Expression): void => {
      if (seen.has(e)) return;
      seen.add(e);
      operands(e).forEach(visit);
      const made = this.#make(e, reductions);
      if (made) (axesOf(e) & innerAxes ? inner : outer).push(made);
    };
    for (const root of roots) {
      if (axesOf(root) & ~allowedAxes) throw malformed(this.#kernel, 'a value depends on an axis that it cannot have');
      visit(root);
    }
    return { outer, inner, slots: roots.map((root) => this.#slotOf(root)) };
  }

  /** A stage for stores; all values are computed before the first is written. */
  storeStage(stores: readonly Store[], innerAxes: number, allowedAxes: number, reductions: number): StoreStage {
    const kernel = this.#kernel;
    for (const { binding, index, value } of stores) {
      const declared = kernel.bindings[binding];
      if (declared?.dtype !== value.dtype || declared.access !== 'write' || index.dtype !== 'int32') {
        const what = declared ? `${declared.access} binding of ${declared.dtype}` : 'missing binding';
        throw malformed(kernel, `${value.dtype} stored to a ${what} at an index of ${index.dtype}`);
      }
    }
    const roots = stores.flatMap((s) => [s.index, s.value]);
    const stage = this.stage(roots, innerAxes, allowedAxes, reductions);
    const targets = stores.map((s) => s.binding);
    const { slots } = stage;
    const store = (bindings: readonly Elements[]): void => {
      const { values } = this;
      for (let s = 0; s < targets.length; s++) {
        const elements = bindings[targets[s]!]!;
        const index = values[slots[2 * s]!]!;
        checkIndex(kernel, targets[s]!, index, elements.length);
        elements[index] = values[slots[2 * s + 1]!]!;
      }
    };
    return { ...stage, store };
  }

  /** Has an argument written to a slot at the beginning of each run. */
  #argument(argument: number, dtype: Scalar, slot = this.#used++): number {
    const declared = this.#kernel.arguments[argument];
    if (declared !== dtype) throw malformed(this.#kernel, `argument ${argument} read as ${dtype}`);
    this.#arguments.push({ slot, argument, convert: conversion(dtype, 'float64') });
    return slot;
  }

  #slotOf(e: Expression): number {
    if (e.kind === 'axis') return e.axis;
    if (e.kind === 'reduced') return this.slotOfReduction(e.reduction);
    let slot = this.#slots.get(e);
    if (slot === undefined) {
      slot = this.#used++;
      this.#slots.set(e, slot);
    }
    return slot;
  }

  /** The instruction of a part; what stays the same during a run is written beforehand instead. */
  #make(e: Expression, reductions: number): Instruction | undefined {
    const kernel = this.#kernel;
    if (e.kind === 'axis') {
      if (e.axis >= 0 && e.axis < this.#axes) return undefined;
      throw malformed(kernel, `axis ${e.axis} of ${this.#axes}`);
    }
    if (e.kind === 'reduced') {
      if (e.reduction >= 0 && e.reduction < reductions && this.#reductions[e.reduction] === e.dtype) return undefined;
      throw malformed(kernel, `reduction ${e.reduction} read as ${e.dtype}, where ${reductions} are known`);
    }
    const isNew = !this.#slots.has(e);
    const slot = this.#slotOf(e);
    if (e.kind === 'constant') {
      const value = conversion(e.dtype, 'float64')(e.value);
      if (isNew) this.#constants.push({ slot, value });
      return undefined;
    }
    if (e.kind === 'argument') {
      if (isNew) this.#argument(e.slot, e.dtype, slot);
      return undefined;
    }
    if (e.kind === 'random') {
      const numbers = [0, 1, 2, 3].map((i) => this.#argument(e.slot + i, 'uint32'));
      if (e.a.dtype !== 'int32') throw malformed(kernel, `a random word at an index of ${e.a.dtype}`);
      return randomInstruction(this.#slotOf(e.a), numbers, slot);
    }
    return instruction(kernel, e, slot, (part) => this.#slotOf(part), this.#faults);
  }
}

export function execute(
  instructions: readonly Instruction[],
  values: Float64Array,
  bindings: readonly Elements[],
): void {
  for (let i = 0; i < instructions.length; i++) instructions[i]!(values, bindings);
}
