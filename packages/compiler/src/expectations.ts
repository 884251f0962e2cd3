/** The checks that shape and dtype rules share, with errors that say what was given. */
import { type DType, type Shape, sameShape, sizeOf } from '@evenkeel/backend';
import { DTypeError, IndexError, ShapeError } from '@evenkeel/errors';
import type { Spec } from './primitive.ts';

export const floats: readonly DType[] = ['float32', 'float64', 'float16'];
export const numbers: readonly DType[] = [...floats, 'int32'];
export const integersAndBool: readonly DType[] = ['int32', 'bool'];
export const everyDType: readonly DType[] = [...numbers, 'bool'];

export function expectDType(op: string, spec: Spec, allowed: readonly DType[]): void {
  if (allowed.includes(spec.dtype)) return;
  throw new DTypeError(`${op} does not work on ${spec.dtype}`, {
    op,
    got: `a ${spec.dtype} tensor of shape [${spec.shape}]`,
    expected: allowed.join(', '),
    remedy: `convert first, for example x.to('${allowed[0]}')`,
  });
}

export function expectAlike(op: string, a: Spec, b: Spec): void {
  if (a.dtype !== b.dtype) {
    throw new DTypeError(`${op} needs one dtype on both sides`, {
      op,
      got: `${a.dtype} and ${b.dtype}`,
      remedy: 'convert one side with .to(dtype)',
    });
  }
  if (!sameShape(a.shape, b.shape)) throw shapeError(op, [a.shape, b.shape], 'equal shapes');
}

export function expectDim(op: string, spec: Spec, dim: number): void {
  if (Number.isInteger(dim) && dim >= 0 && dim < spec.shape.length) return;
  throw shapeError(op, [spec.shape], `a dimension from 0 to ${spec.shape.length - 1}, not ${dim}`);
}

/** Along a dimension without elements every position is outside: known before anything runs. */
export function expectPlaces(op: string, size: number, index: Spec): void {
  if (size > 0 || sizeOf(index.shape) === 0) return;
  throw new IndexError('a dimension of size 0 has no positions', {
    op,
    got: `${sizeOf(index.shape)} positions, of shape [${index.shape}]`,
    expected: 'an index without elements',
  });
}

export function shapeError(op: string, shapes: readonly Shape[], expected: string): ShapeError {
  const given = shapes.map((shape) => `[${shape.join(', ')}]`).join(' and ');
  return new ShapeError(`${op} cannot take ${given}`, { op, shapes, got: given, expected });
}
