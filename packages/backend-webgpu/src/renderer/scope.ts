import type { Expression } from '@evenkeel/backend';

/** A block of a shader: what is known in it, and the statements so far. */
export class Scope {
  readonly parent: Scope | undefined;
  readonly lines: string[] = [];
  readonly names = new Map<Expression, string>();
  /** Bit sets of the axes and reductions that have a value here. */
  axes: number;
  reductions: number;

  constructor(parent?: Scope) {
    this.parent = parent;
    this.axes = parent?.axes ?? 0;
    this.reductions = parent?.reductions ?? 0;
  }

  /** A block within this one. */
  inner(): Scope {
    return new Scope(this);
  }

  knows(axes: number, reductions: number): boolean {
    return (axes & ~this.axes) === 0 && (reductions & ~this.reductions) === 0;
  }

  add(...lines: string[]): void {
    this.lines.push(...lines);
  }

  /** Puts a block's statements here, between its head and its end. */
  block(head: string, inner: Scope | readonly string[], end = '}'): void {
    const lines = inner instanceof Scope ? inner.lines : inner;
    this.lines.push(head, ...lines.map((line) => (line === '' ? line : `  ${line}`)), end);
  }
}
