/** An expression of a case's `call`, as far as Python's grammar is used there. */
export type Expression =
  | { kind: 'literal'; value: number | string | boolean | null }
  | { kind: 'name'; name: string }
  | { kind: 'ellipsis' }
  | { kind: 'list'; items: Expression[] }
  | { kind: 'attribute'; of: Expression; name: string }
  | { kind: 'call'; of: Expression; positional: Expression[]; named: [string, Expression][] }
  | { kind: 'index'; of: Expression; items: Expression[] }
  | { kind: 'slice'; start?: Expression; stop?: Expression; step?: Expression }
  | { kind: 'unary'; operator: string; value: Expression }
  | { kind: 'binary'; operator: string; left: Expression; right: Expression };

/** One line of a program: `output, (h_n, c_n) = m(input)`, or an expression alone. */
export interface Statement {
  target: Expression | undefined;
  value: Expression;
}

/** A program that is more than a list of calls (a loop, a class, a lambda), or not Python at all. */
export class ProgramError extends Error {}

/** Reads the lines of a program: assignments and expressions over calls. Everything else is a ProgramError. */
export function parseProgram(text: string): Statement[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => new Reader(line).statement());
}

const token =
  /\s*(?:(\d+\.?\d*(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?)|([A-Za-z_]\w*)|'([^']*)'|"([^"]*)"|(\*\*|\/\/|<=|>=|==|!=|\.\.\.|[-+*/%@|&^~<>()[\],.:=]))/y;

interface Token {
  kind: 'number' | 'name' | 'string' | 'mark';
  text: string;
}

// From loosest to tightest; `**` is handled apart because it binds to the right and tighter than a sign before it.
const levels = [['==', '!=', '<', '<=', '>', '>='], ['|'], ['^'], ['&'], ['+', '-'], ['*', '/', '//', '%', '@']];
const keywords = new Set([
  'for',
  'class',
  'def',
  'lambda',
  'if',
  'else',
  'import',
  'with',
  'while',
  'return',
  'not',
  'and',
  'or',
  'in',
  'is',
  'from',
  'del',
]);

class Reader {
  private readonly tokens: Token[];
  private position = 0;
  private readonly line: string;

  constructor(line: string) {
    this.line = line;
    this.tokens = tokensOf(line);
  }

  statement(): Statement {
    if (/^\s/.test(this.line)) throw this.problem('an indented line');
    const first = this.tuple();
    const assigns = this.take('=');
    const value = assigns ? this.tuple() : first;
    if (this.position < this.tokens.length) throw this.problem(`"${this.peek()}"`);
    return { target: assigns ? first : undefined, value };
  }

  /** `a, b, c` without parentheses is a tuple; a trailing comma makes one of a single value. */
  private tuple(): Expression {
    const first = this.expression();
    if (this.peek() !== ',') return first;
    const items = [first];
    while (this.take(',')) {
      if (this.position === this.tokens.length || this.peek() === '=') break;
      items.push(this.expression());
    }
    return { kind: 'list', items };
  }

  private expression(level = 0): Expression {
    const operators = levels[level];
    if (!operators) return this.unary();
    let left = this.expression(level + 1);
    for (let operator = this.peekMark(); operator && operators.includes(operator); operator = this.peekMark()) {
      this.position++;
      left = { kind: 'binary', operator, left, right: this.expression(level + 1) };
    }
    return left;
  }

  private unary(): Expression {
    const operator = this.peekMark();
    if (operator !== '-' && operator !== '+' && operator !== '~') return this.power();
    this.position++;
    const value = this.unary();
    if (operator === '-' && value.kind === 'literal' && typeof value.value === 'number') {
      return { kind: 'literal', value: -value.value };
    }
    return { kind: 'unary', operator, value };
  }

  private power(): Expression {
    const left = this.postfix();
    return this.take('**') ? { kind: 'binary', operator: '**', left, right: this.unary() } : left;
  }

  private postfix(): Expression {
    let value = this.atom();
    for (;;) {
      if (this.take('.')) value = { kind: 'attribute', of: value, name: this.name() };
      else if (this.take('(')) value = { kind: 'call', of: value, ...this.call() };
      else if (this.take('[')) value = { kind: 'index', of: value, items: this.index() };
      else return value;
    }
  }

  private call(): { positional: Expression[]; named: [string, Expression][] } {
    const positional: Expression[] = [];
    const named: [string, Expression][] = [];
    this.listed(')', () => {
      const isNamed = this.tokens[this.position]?.kind === 'name' && this.tokens[this.position + 1]?.text === '=';
      if (!isNamed) return void positional.push(this.expression());
      const name = this.name();
      this.position++;
      return void named.push([name, this.expression()]);
    });
    return { positional, named };
  }

  private index(): Expression[] {
    if (this.peek() === ']') this.fail('an empty index');
    return this.listed(']', () => this.indexItem());
  }

  private indexItem(): Expression {
    const ends = (): boolean => [':', ',', ']'].includes(this.peek());
    const start = ends() ? undefined : this.expression();
    if (!this.take(':')) return start ?? this.fail('an empty index');
    const stop = ends() ? undefined : this.expression();
    const step = this.take(':') && !ends() ? this.expression() : undefined;
    return { kind: 'slice', ...(start && { start }), ...(stop && { stop }), ...(step && { step }) };
  }

  private atom(): Expression {
    const next = this.tokens[this.position++];
    if (next?.kind === 'number') return { kind: 'literal', value: Number(next.text) };
    if (next?.kind === 'string') return { kind: 'literal', value: next.text };
    if (next?.kind === 'name') return this.nameOrConstant(next.text);
    if (next?.text === '...') return { kind: 'ellipsis' };
    if (next?.text === '[') return { kind: 'list', items: this.listed(']', () => this.expression()) };
    if (next?.text === '(') {
      const start = this.position;
      const items = this.listed(')', () => this.expression());
      // (x) is x; (x,) and () are tuples.
      const isTuple = items.length !== 1 || this.tokens[this.position - 2]?.text === ',' || start === this.position - 1;
      return isTuple ? { kind: 'list', items } : items[0]!;
    }
    return this.fail(next ? `"${next.text}"` : 'the end of the line');
  }

  private nameOrConstant(name: string): Expression {
    if (keywords.has(name)) return this.fail(`"${name}"`);
    const constants: Record<string, boolean | null> = { True: true, False: false, None: null };
    return name in constants ? { kind: 'literal', value: constants[name]! } : { kind: 'name', name };
  }

  private listed<Item>(close: string, item: () => Item): Item[] {
    const items: Item[] = [];
    while (!this.take(close)) {
      items.push(item());
      if (this.peek() !== close && !this.take(',')) this.fail(`"${this.peek()}"`);
    }
    return items;
  }

  private name(): string {
    const next = this.tokens[this.position++];
    return next?.kind === 'name' ? next.text : this.fail(`"${next?.text}" for a name`);
  }

  private peek(): string {
    return this.tokens[this.position]?.text ?? '';
  }

  private peekMark(): string | undefined {
    const next = this.tokens[this.position];
    return next?.kind === 'mark' ? next.text : undefined;
  }

  private take(mark: string): boolean {
    if (this.peekMark() !== mark) return false;
    this.position++;
    return true;
  }

  private fail(what: string): never {
    throw this.problem(what);
  }

  private problem(what: string): ProgramError {
    return new ProgramError(`the runner does not read ${what} in the program line "${this.line}"`);
  }
}

function tokensOf(line: string): Token[] {
  const tokens: Token[] = [];
  const text = line.trimEnd();
  token.lastIndex = 0;
  while (token.lastIndex < text.length) {
    const at = token.lastIndex;
    const match = token.exec(text);
    if (!match) throw new ProgramError(`the runner does not read "${text.slice(at)}" in the program line "${line}"`);
    const [, number, name, single, double, mark] = match;
    if (number !== undefined) tokens.push({ kind: 'number', text: number });
    else if (name !== undefined) tokens.push({ kind: 'name', text: name });
    else if (mark !== undefined) tokens.push({ kind: 'mark', text: mark });
    else tokens.push({ kind: 'string', text: single ?? double ?? '' });
  }
  return tokens;
}
