/** Kernels and programs as text: what tests compare and `DEBUG` shows (nothing is left out). */
import { type Expression, operands } from './expression.ts';
import { type AttentionRoutine, isAttention, type Kernel, type LineKernel, rootsOf, type Store } from './kernel.ts';
import { isRepeat, type Program, type Step } from './program.ts';

const symbols: Readonly<Record<string, string>> = {
  add: '+',
  sub: '-',
  mul: '*',
  div: '/',
  rem: '%',
  eq: '==',
  ne: '!=',
  lt: '<',
  le: '<=',
  gt: '>',
  ge: '>=',
  and: '&',
  or: '|',
  xor: '^',
  shiftLeft: '<<',
  shiftRight: '>>',
};

/** One expression on one line. A part that occurs several times is printed each time. */
export function printExpression(e: Expression): string {
  return new Printer().print(e);
}

/**
 * A kernel over several lines. Shared parts are named once (`t0 = …`), so the text grows with the graph, not with the
 * tree, and two kernels are the same exactly when their texts are.
 */
export function printKernel(kernel: Kernel): string {
  const printer = new Printer(sharedParts(rootsOf(kernel)));
  const lines: string[] = [];
  const bindings = kernel.bindings.map((b, i) => `${b.access === 'read' ? 'in' : 'out'}${i}:${b.dtype}`);
  const args = kernel.arguments.map((dtype, i) => `$${i}:${dtype}`);
  const head = [...bindings, ...args].join(' ');
  const store = (s: Store) => `out${s.binding}[${printer.print(s.index)}] = ${printer.print(s.value)}`;
  if (kernel.form === 'loop') {
    lines.push(`loop [${kernel.outer}]${kernel.inner.length ? ` over [${kernel.inner}]` : ''} ${head}`);
    kernel.reductions.forEach((r, i) => {
      lines.push(`  r${i}:${r.value.dtype} = ${r.fn} ${printer.print(r.value)}`);
    });
    for (const s of kernel.stores) lines.push(`  ${store(s)}`);
    for (const s of kernel.elementStores) lines.push(`  each ${store(s)}`);
    for (const s of kernel.sums ?? []) lines.push(`  sum ${store(s)}`);
  } else if (kernel.form === 'contraction') {
    lines.push(`contraction [${kernel.batch}] m[${kernel.m}] n[${kernel.n}] k[${kernel.k}] ${head}`);
    lines.push(`  r0:${kernel.a.dtype} = sum ${printer.print(kernel.a)} * ${printer.print(kernel.b)}`);
    for (const s of kernel.stores) lines.push(`  ${store(s)}`);
  } else if (isAttention(kernel)) {
    const { batch, rows, columns, depth, width, scale, causal } = kernel;
    const sees = causal ? ' causal' : '';
    lines.push(
      `${kernel.routine} [${batch}] rows ${rows} columns ${columns} depth ${depth} width ${width} scale ${scale}${sees} ${head}`,
    );
    for (const name of attentionValues) {
      const part = name in kernel ? (kernel as Partial<Record<typeof name, Expression>>)[name] : undefined;
      if (part) lines.push(`  ${name}:${part.dtype} = ${printer.print(part)}`);
    }
    for (const [of, list] of attentionStores(kernel)) {
      for (const s of list) lines.push(`  ${of}${store(s)}`);
    }
  } else {
    lines.push(`${kernel.routine} [${kernel.outer}, ${kernel.length}, ${kernel.inner}]${details(kernel)} ${head}`);
    const at = kernel.routine === 'scatterAdd' ? `[a0, ${printer.print(kernel.index)}, a2] +` : '[a0, a1, a2] ';
    lines.push(`  out${kernel.output}${at}= ${printer.print(kernel.value)}`);
  }
  const [first, ...rest] = lines;
  return [first, ...printer.named.map((line) => `  ${line}`), ...rest].join('\n');
}

export function printProgram(program: Program): string {
  const bindings = program.bindings.map((b, i) => `${b.access} b${i}:${b.dtype}`).join(', ');
  const args = program.arguments.map((dtype, i) => `$${i}:${dtype}`).join(', ');
  return [`program (${bindings}) (${args})`, ...printSteps(program.steps, '')].join('\n');
}

function printSteps(steps: readonly Step[], indent: string): string[] {
  return steps.flatMap((step) => {
    if (isRepeat(step)) {
      return [`${indent}repeat ${step.repeat} strides [${step.strides}]`, ...printSteps(step.body, `${indent}  `)];
    }
    const head = `${indent}(${step.bindings.map((b) => `b${b}`).join(', ')}) (${step.arguments.map((a) => `$${a}`).join(', ')})`;
    return [
      head,
      ...printKernel(step.kernel)
        .split('\n')
        .map((line) => `${indent}${line}`),
    ];
  });
}

const attentionValues = ['query', 'key', 'value', 'bias', 'seen', 'factor', 'output', 'cotangent'] as const;

/** The stores of attention, each list with what it is of. */
function attentionStores(kernel: AttentionRoutine): [string, readonly Store[]][] {
  if (kernel.routine === 'attention') return [['', kernel.stores]];
  return [
    ['of query ', kernel.queryStores],
    ['of key ', kernel.keyStores],
    ['of value ', kernel.valueStores],
  ];
}

/** What a routine is told besides its lines. */
function details(kernel: LineKernel): string {
  switch (kernel.routine) {
    case 'scatterAdd':
      return ` into ${kernel.size}`;
    case 'scan':
      return ` ${kernel.fn}${kernel.reverse ? ' from the end' : ''}`;
    case 'rank':
      return kernel.descending ? ' descending' : '';
  }
}

/** Expressions with operands that are reached more than once. */
function sharedParts(from: readonly Expression[]): Set<Expression> {
  const seen = new Set<Expression>();
  const shared = new Set<Expression>();
  const visit = (e: Expression): void => {
    if (seen.has(e)) {
      if (operands(e).length > 0) shared.add(e);
      return;
    }
    seen.add(e);
    operands(e).forEach(visit);
  };
  from.forEach(visit);
  return shared;
}

class Printer {
  readonly named: string[] = [];
  readonly #names = new Map<Expression, string>();
  readonly #shared: ReadonlySet<Expression>;

  constructor(shared: ReadonlySet<Expression> = new Set()) {
    this.#shared = shared;
  }

  print(e: Expression): string {
    if (!this.#shared.has(e)) return this.#text(e);
    let name = this.#names.get(e);
    if (name === undefined) {
      const text = this.#text(e);
      name = `t${this.#names.size}`;
      this.#names.set(e, name);
      this.named.push(`${name}:${e.dtype} = ${text}`);
    }
    return name;
  }

  #text(e: Expression): string {
    switch (e.kind) {
      case 'constant':
        return Object.is(e.value, -0) ? `-0:${e.dtype}` : e.dtype === 'int32' ? `${e.value}` : `${e.value}:${e.dtype}`;
      case 'argument':
        return `$${e.slot}`;
      case 'axis':
        return `a${e.axis}`;
      case 'reduced':
        return `r${e.reduction}`;
      case 'load':
        return `in${e.binding}[${this.print(e.index)}]${e.guard ? ` if ${this.print(e.guard)}` : ''}`;
      case 'unary':
        return `${e.fn}(${this.print(e.a)})`;
      case 'binary': {
        const symbol = symbols[e.fn];
        return symbol
          ? `(${this.print(e.a)} ${symbol} ${this.print(e.b)})`
          : `${e.fn}(${this.print(e.a)}, ${this.print(e.b)})`;
      }
      case 'select':
        return `(${this.print(e.condition)} ? ${this.print(e.a)} : ${this.print(e.b)})`;
      case 'cast':
        return `${e.dtype}(${this.print(e.a)})`;
      case 'bounded':
        return `bounded(${this.print(e.a)}, ${e.size})`;
      case 'random':
        return `random(${this.print(e.a)}, $${e.slot})`;
    }
  }
}
