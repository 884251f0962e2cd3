import * as errors from '@evenkeel/errors';
import { EvenKeelError, ShapeError, withPath } from '@evenkeel/errors';
import { describe, expect, test } from 'vitest';

const classes = Object.entries(errors).filter(
  (entry): entry is [string, typeof EvenKeelError] => typeof entry[1] === 'function' && /Error$/.test(entry[0]),
);

describe('every error class', () => {
  test('is one of the nine that the design names', () => {
    expect(classes.map(([name]) => name).sort()).toEqual([
      'ConfigError',
      'DTypeError',
      'DataError',
      'DeviceError',
      'EvenKeelError',
      'IndexError',
      'NonFiniteError',
      'ShapeError',
      'StateDictError',
    ]);
  });

  test.each(classes)('%s carries its own name, also in the stack, and is an EvenKeelError', (name, Class) => {
    const error = new Class('it broke');
    expect(error.name).toBe(name);
    expect(error.stack).toMatch(new RegExp(`^${name}: it broke`));
    expect(error).toBeInstanceOf(EvenKeelError);
    expect(error).toBeInstanceOf(Error);
  });
});

describe('the message', () => {
  test('holds what is known, one line each, in a fixed order', () => {
    const error = new EvenKeelError('the inner sizes differ', {
      remedy: 'transpose the weight',
      expected: 'equal inner sizes',
      got: '[2, 3] and [4, 5]',
      doing: 'running the forward pass',
      op: 'matmul',
      path: 'head',
    });
    expect(error.message.split('\n')).toEqual([
      'head: matmul: the inner sizes differ',
      '  while running the forward pass',
      '  got: [2, 3] and [4, 5]',
      '  expected: equal inner sizes',
      '  remedy: transpose the weight',
    ]);
  });

  test('is the bare sentence when nothing else is known', () => {
    expect(new EvenKeelError('it broke').message).toBe('it broke');
  });

  test('shows the shapes where nothing was given in words', () => {
    const shapes = [[2, 3], []];
    expect(new ShapeError('no', { shapes }).message).toContain('got: [2, 3] and []');
    expect(new ShapeError('no', { shapes, got: 'a scalar' }).message).toBe('no\n  got: a scalar');
  });

  test('does not repeat an operation that the sentence already names', () => {
    expect(new ShapeError('matmul needs matrices', { op: 'matmul' }).message).toBe('matmul needs matrices');
  });

  test('keeps the details as fields and the cause as the cause', () => {
    const cause = new Error('below');
    const shapes = [[1], [2]];
    const error = new ShapeError('no', { op: 'add', shapes, got: 'a', expected: 'b', remedy: 'c', doing: 'd', cause });
    expect(error).toMatchObject({ op: 'add', shapes, got: 'a', expected: 'b', remedy: 'c', doing: 'd', cause });
    expect('cause' in new ShapeError('no')).toBe(false);
  });
});

describe('withPath', () => {
  test('joins paths from the outside in and returns the same error', () => {
    const error = new ShapeError('no', { got: 'a' });
    expect(withPath(withPath(error, 'layers.3'), 'encoder')).toBe(error);
    expect(error.path).toBe('encoder.layers.3');
    expect(error.message).toBe('encoder.layers.3: no\n  got: a');
  });

  test('puts the path into the stack, which is what a terminal shows', () => {
    const error = new ShapeError('costs $& dollars');
    expect(error.stack).toMatch(/^ShapeError: costs/); // V8 writes the stack when it is first read
    withPath(withPath(error, 'inner'), 'outer');
    expect(error.stack).toMatch(/^ShapeError: outer\.inner: costs \$& dollars\n/);
  });

  test('leaves other errors, other values and an empty path alone', () => {
    const other = new TypeError('no');
    expect(withPath(other, 'encoder')).toBe(other);
    expect(other.message).toBe('no');
    expect(withPath('thrown text', 'encoder')).toBe('thrown text');
    expect(withPath(new ShapeError('no'), '').message).toBe('no');
  });
});
