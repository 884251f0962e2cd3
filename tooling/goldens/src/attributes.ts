import { type Attributes, attributeValue } from './case.ts';
import { Unsupported } from './program/operation.ts';

/** A case's attributes, of which every one must be taken by somebody: what nobody knows is a failure. */
export class AttributeReader {
  private readonly left: Map<string, unknown>;

  constructor(attrs: Attributes) {
    this.left = new Map(Object.entries(attrs));
  }

  /** The attribute, or undefined; it counts as known from now on. */
  take<Value>(name: string): Value | undefined {
    const value = attributeValue(this.left.get(name)) as Value | undefined;
    this.left.delete(name);
    return value;
  }

  /** The attribute, which the case must have. */
  need<Value>(name: string): Value {
    if (!this.left.has(name)) throw new Error(`the case has no attribute ${name}`);
    return this.take<Value>(name) as Value;
  }

  /** Counts as known whatever `holds` says is. */
  takeWhere(holds: (value: unknown) => boolean): void {
    for (const [name, value] of this.left) if (holds(attributeValue(value))) this.left.delete(name);
  }

  /** All that is left, as known. */
  takeRest(): Attributes {
    const rest = Object.fromEntries([...this.left].map(([name, value]) => [name, attributeValue(value)]));
    this.left.clear();
    return rest;
  }

  /** @throws Unsupported naming what nobody took */
  finish(): void {
    if (this.left.size === 0) return;
    const list = [...this.left].map(([name, value]) => `${name} = ${JSON.stringify(value)}`).join(', ');
    throw new Unsupported(`the runner does not know the attribute ${list} of this operation`);
  }
}
