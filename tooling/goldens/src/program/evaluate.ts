import '@evenkeel/tensor/methods';
import type { Tensor } from '@evenkeel/tensor';
import * as api from '@evenkeel/tensor';
import { forwardOf, isModule, moduleAttribute, runModuleMethod } from './modules.ts';
import { Namespace } from './namespace.ts';
import { bind, isTensor, type Operation, type OperationTable, Unsupported } from './operation.ts';
import { type Expression, ProgramError, parseProgram } from './syntax.ts';

/** The variables of a program, by name: inputs and params before it, outputs after it. */
export type Variables = Map<string, unknown>;

/** Runs a case's `call` with our functions in place of PyTorch's. */
export class Program {
  readonly variables: Variables;
  /** Every parameter name of every operation that ran: what an attribute of the case may be called. */
  readonly parametersSeen = new Set<string>();
  /** Every plain value that an operation was given, as JSON. */
  readonly valuesSeen = new Set<string>();
  private readonly table: OperationTable;

  constructor(variables: Variables, table: OperationTable) {
    this.variables = variables;
    this.table = table;
  }

  async run(text: string): Promise<void> {
    for (const { target, value } of parseProgram(text)) {
      const result = await this.evaluate(value);
      if (target) this.assign(target, result);
    }
  }

  private assign(target: Expression, value: unknown): void {
    if (target.kind === 'name') {
      this.variables.set(target.name, value);
      return;
    }
    if (target.kind !== 'list') throw new ProgramError('the runner assigns to names only');
    const parts = itemsOf(value);
    if (parts.length !== target.items.length) {
      throw new Error(`the program unpacks ${target.items.length} values, and ours gives ${parts.length}`);
    }
    for (const [index, item] of target.items.entries()) this.assign(item, parts[index]);
  }

  private async evaluate(expression: Expression): Promise<unknown> {
    switch (expression.kind) {
      case 'literal':
        return expression.value;
      case 'ellipsis':
        return '...';
      case 'name':
        return this.variables.has(expression.name)
          ? this.variables.get(expression.name)
          : new Namespace(expression.name);
      case 'list':
        return this.all(expression.items);
      case 'slice': {
        const bounds = [expression.start, expression.stop, expression.step];
        const [start, stop, step] = await Promise.all(bounds.map((each) => each && this.evaluate(each)));
        return [start ?? undefined, stop ?? undefined, step ?? undefined];
      }
      case 'attribute':
        return this.attribute(await this.evaluate(expression.of), expression.name);
      case 'index':
        return index(await this.evaluate(expression.of), await this.all(expression.items));
      case 'unary':
        return this.unary(expression.operator, await this.evaluate(expression.value));
      case 'binary':
        return binary(expression.operator, await this.evaluate(expression.left), await this.evaluate(expression.right));
      case 'call':
        return this.call(expression);
    }
  }

  private async all(expressions: readonly Expression[]): Promise<unknown[]> {
    const values: unknown[] = [];
    for (const each of expressions) values.push(await this.evaluate(each));
    return values;
  }

  private async call({ of, positional, named }: Expression & { kind: 'call' }): Promise<unknown> {
    const values = await this.all(positional);
    const options: [string, unknown][] = [];
    for (const [name, value] of named) options.push([name, await this.evaluate(value)]);
    if (of.kind === 'attribute') {
      const owner = await this.evaluate(of.of);
      if (isTensor(owner)) return this.operate(`Tensor.${of.name}`, [owner, ...values], options);
      if (isModule(owner)) return runModuleMethod(owner, of.name, values, this.variables.get('params'));
    }
    const callee = await this.evaluate(of);
    if (callee instanceof Namespace) return this.operate(callee.path, values, options);
    if (isModule(callee)) {
      const { operation, path } = forwardOf(callee);
      return this.perform(path, operation, values, options);
    }
    throw new ProgramError(`the runner cannot call ${String(callee)}`);
  }

  private operate(path: string, values: unknown[], options: [string, unknown][]): Promise<unknown> {
    const operation = this.lookup(path);
    if (!operation) throw new Unsupported(`${path} is not in the runner's tables`);
    return this.perform(path, operation, values, options);
  }

  /** A method is the function of the same name, unless a table says otherwise, and the other way round. */
  private lookup(path: string): Operation | undefined {
    const twin = path.startsWith('Tensor.') ? path.replace('Tensor.', 'torch.') : path.replace('torch.', 'Tensor.');
    for (const name of [path, twin]) if (Object.hasOwn(this.table, name)) return this.table[name];
    return undefined;
  }

  private async perform(
    path: string,
    operation: Operation,
    values: unknown[],
    options: [string, unknown][],
  ): Promise<unknown> {
    for (const parameter of operation.parameters) {
      for (const name of parameter.replace(/[*?]/g, '').split('/')) this.parametersSeen.add(name);
    }
    for (const value of [...values, ...options.map(([, each]) => each)]) {
      if (isPlain(value)) this.valuesSeen.add(JSON.stringify(value));
    }
    return operation.run(...(bind(path, operation, values, options) as never[]));
  }

  private attribute(of: unknown, name: string): unknown {
    if (of instanceof Namespace) return of.path === 'math' && name === 'pi' ? Math.PI : of.child(name);
    if (isModule(of)) return moduleAttribute(of, name);
    if (isTensor(of)) {
      if (name === 'T' || name === 'mT') return of.transpose(-2, -1);
      if (name === 'shape') return [...of.shape];
      if (name === 'ndim') return of.ndim;
      if (name === 'grad') return of.grad;
    }
    if (typeof of === 'object' && of !== null && name in of) return (of as Record<string, unknown>)[name];
    throw new ProgramError(`the runner knows no .${name} here`);
  }

  private unary(operator: string, value: unknown): unknown {
    if (typeof value === 'number') return operator === '-' ? -value : value;
    if (!isTensor(value)) throw new ProgramError(`the runner cannot apply ${operator}`);
    if (operator === '+') return value;
    return operator === '-' ? value.neg() : value.logicalNot();
  }
}

type Pair = (left: never, right: never) => unknown;

const onTensors: Record<string, string> = {
  '+': 'add',
  '-': 'sub',
  '*': 'mul',
  '/': 'div',
  '%': 'remainder',
  '**': 'pow',
  '@': 'matmul',
  '==': 'eq',
  '!=': 'ne',
  '<': 'lt',
  '<=': 'le',
  '>': 'gt',
  '>=': 'ge',
  '&': 'logicalAnd',
  '|': 'logicalOr',
  '^': 'logicalXor',
};

/** What Python's operators do with two numbers. */
export const onNumbers: Readonly<Record<string, (left: number, right: number) => number>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
  '//': (left, right) => Math.floor(left / right),
  '%': (left, right) => left - right * Math.floor(left / right),
  '**': (left, right) => left ** right,
};

function binary(operator: string, left: unknown, right: unknown): unknown {
  if (typeof left === 'number' && typeof right === 'number' && onNumbers[operator])
    return onNumbers[operator](left, right);
  const ours = (value: unknown): boolean => isTensor(value) || typeof value === 'number';
  if (!ours(left) || !ours(right)) throw new ProgramError(`the runner cannot apply ${operator} here`);
  if (operator === '//') return api.div(left as Tensor, right as Tensor, { roundingMode: 'floor' });
  if ('&|^'.includes(operator) && [left, right].some((each) => isTensor(each) && each.dtype !== 'bool')) {
    throw new Unsupported(`${operator} on integers is not known to the runner`);
  }
  const name = onTensors[operator];
  const pair = name && ((api as Record<string, unknown>)[name] as Pair | undefined);
  if (!pair) throw new Unsupported(`there is no ${name ?? operator} yet`);
  return pair(left as never, right as never);
}

function index(of: unknown, items: unknown[]): unknown {
  if (isTensor(of))
    return of.index(
      ...(items.map((item) => (Array.isArray(item) && item.length === 3 ? trimmed(item) : item)) as never[]),
    );
  const [position] = items;
  const list = itemsOf(of);
  if (items.length !== 1 || typeof position !== 'number') throw new ProgramError('the runner does not know this index');
  return list.at(position);
}

/** A number, a string, a bool, or a list of them. */
function isPlain(value: unknown): boolean {
  return Array.isArray(value) ? value.every(isPlain) : value === null || typeof value !== 'object';
}

/** `[start, stop, undefined]` is a slice without its step. */
function trimmed(slice: unknown[]): unknown[] {
  const list = [...slice];
  while (list.length > 0 && list.at(-1) === undefined) list.pop();
  return list;
}

/** The parts of a tuple: ours are arrays, or objects whose keys stand in PyTorch's order. */
function itemsOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  if (typeof value === 'object' && value !== null && !isTensor(value)) return Object.values(value);
  throw new ProgramError('the program unpacks a tuple where ours gives one value');
}
