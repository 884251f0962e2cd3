import { describe, expect, test } from 'vitest';
import { type Expression, ProgramError, parseProgram } from '../src/program/syntax.ts';

/** An expression with every grouping written out. */
function shown(expression: Expression | undefined): string {
  if (!expression) return '';
  switch (expression.kind) {
    case 'literal':
      return JSON.stringify(expression.value);
    case 'name':
      return expression.name;
    case 'ellipsis':
      return '...';
    case 'list':
      return `[${expression.items.map(shown).join(' ')}]`;
    case 'attribute':
      return `${shown(expression.of)}.${expression.name}`;
    case 'call': {
      const named = expression.named.map(([name, value]) => `${name}=${shown(value)}`);
      return `${shown(expression.of)}(${[...expression.positional.map(shown), ...named].join(' ')})`;
    }
    case 'index':
      return `${shown(expression.of)}{${expression.items.map(shown).join(' ')}}`;
    case 'slice':
      return `${shown(expression.start)}:${shown(expression.stop)}:${shown(expression.step)}`;
    case 'unary':
      return `(${expression.operator}${shown(expression.value)})`;
    case 'binary':
      return `(${shown(expression.left)} ${expression.operator} ${shown(expression.right)})`;
  }
}

describe('the programs of cases are read as Python reads them', () => {
  test.each([
    ['a + b * c @ d', '(a + ((b * c) @ d))'],
    ['a - b - c', '((a - b) - c)'],
    ['-x ** 2', '(-(x ** 2))'],
    ['2 ** -x', '(2 ** (-x))'],
    ['2 ** 3 ** x', '(2 ** (3 ** x))'],
    ['a & b | c ^ d', '((a & b) | (c ^ d))'],
    ['a < b', '(a < b)'],
    ['f(x, dim=-1, eps=1e-05)[0]', 'f(x dim=-1 eps=0.00001){0}'],
    ['input[:, 0:3:2, 1::2, ..., None, -1]', 'input{:: 0:3:2 1::2 ... null -1}'],
    ['x.sum((0, 2), keepdim=True).t()', 'x.sum([0 2] keepdim=true).t()'],
    ["F.pad(x, [1, 2], mode='constant')", 'F.pad(x [1 2] mode="constant")'],
    ['(x)', 'x'],
    ['(x,)', '[x]'],
    ['()', '[]'],
    ['x,', '[x]'],
  ])('%s', (program, expected) => {
    expect(shown(parseProgram(program)[0]!.value)).toBe(expected);
  });

  test('lines are statements, targets may be nested', () => {
    const [first, second] = parseProgram('m.eval()\n\noutput, (h_n, c_n) = m(x)\n');
    expect(first!.target).toBeUndefined();
    expect(shown(second!.target)).toBe('[output [h_n c_n]]');
  });

  test.each([
    'for p in ps: p',
    'class A:',
    'f = lambda x: x',
    'a if b else c',
    '  indented = 1',
    'a b',
    'f(',
    'x = [p for p in ps]',
    'a = "',
    'x[]',
    'a; b',
    'not x',
    "x = f'{y}'",
  ])('refuses %s', (program) => {
    expect(() => parseProgram(program)).toThrow(ProgramError);
  });
});
