import { ConfigError } from '@evenkeel/errors';
import { type PadOptions, pad, type Tensor } from '@evenkeel/tensor';
import { Module } from '../module/module.ts';

/** A number for all sides, or `[left, right, top, bottom, front, back]` as far as there are dimensions. Negative ones crop. */
export type Sides = number | readonly number[];

/** What all have in common: they put something around the last dimensions. */
abstract class Pad extends Module {
  readonly padding: readonly number[];
  readonly options: PadOptions;

  constructor(padding: Sides, spatial: number, options: PadOptions) {
    super();
    this.padding = typeof padding === 'number' ? new Array<number>(2 * spatial).fill(padding) : padding;
    this.options = options;
    if (this.padding.length === 2 * spatial && this.padding.every(Number.isInteger)) return;
    throw new ConfigError('the padding does not fit the number of spatial dimensions', {
      doing: `making a ${this.constructor.name}`,
      got: JSON.stringify(padding),
      expected: `an integer, or ${2 * spatial} of them`,
    });
  }

  override forward(input: Tensor): Tensor {
    return pad(input, this.padding, this.options);
  }
}

/**
 * Puts `value` around the last dimension, `[..., L]` to `[..., left + L + right]`; `torch.nn.ConstantPad1d`.
 *
 * ```ts
 * const padded = new ConstantPad1d([1, 2], 9).call(tensor([3, 4]));
 * console.log(await padded.tolist()); // prints [ 9, 3, 4, 9, 9 ]
 * ```
 *
 * @throws ConfigError unless the padding is an integer or two of them
 */
export class ConstantPad1d extends Pad {
  constructor(padding: Sides, value: number) {
    super(padding, 1, { value });
  }
}

/**
 * Puts `value` around the last two dimensions, `[..., H, W]` to `[..., top + H + bottom, left + W + right]`;
 * `torch.nn.ConstantPad2d`.
 *
 * ```ts
 * const padded = new ConstantPad2d([1, 0, 0, 1], 9).call(tensor([[3, 4]]));
 * console.log(await padded.tolist()); // prints [ [ 9, 3, 4 ], [ 9, 9, 9 ] ]
 * ```
 *
 * @throws ConfigError unless the padding is an integer or four of them
 * @throws ShapeError at the call for fewer than two dimensions
 */
export class ConstantPad2d extends Pad {
  constructor(padding: Sides, value: number) {
    super(padding, 2, { value });
  }
}

/**
 * Puts `value` around the last three dimensions, `[..., D, H, W]` to
 * `[..., front + D + back, top + H + bottom, left + W + right]`; `torch.nn.ConstantPad3d`.
 *
 * ```ts
 * const padded = new ConstantPad3d([0, 0, 0, 0, 1, 0], 9).call(tensor([[[3, 4]]]));
 * console.log(await padded.tolist()); // prints [ [ [ 9, 9 ] ], [ [ 3, 4 ] ] ]
 * ```
 *
 * @throws ConfigError unless the padding is an integer or six of them
 * @throws ShapeError at the call for fewer than three dimensions
 */
export class ConstantPad3d extends Pad {
  constructor(padding: Sides, value: number) {
    super(padding, 3, { value });
  }
}

/**
 * Puts zeros around the last dimension, shapes and errors as of `ConstantPad1d`; `torch.nn.ZeroPad1d`.
 *
 * ```ts
 * const padded = new ZeroPad1d(1).call(tensor([3, 4]));
 * console.log(await padded.tolist()); // prints [ 0, 3, 4, 0 ]
 * ```
 */
export class ZeroPad1d extends ConstantPad1d {
  constructor(padding: Sides) {
    super(padding, 0);
  }
}

/**
 * Puts zeros around the last two dimensions, shapes and errors as of `ConstantPad2d`; `torch.nn.ZeroPad2d`.
 *
 * ```ts
 * const padded = new ZeroPad2d([1, 0, 0, 1]).call(tensor([[3, 4]]));
 * console.log(await padded.tolist()); // prints [ [ 0, 3, 4 ], [ 0, 0, 0 ] ]
 * ```
 */
export class ZeroPad2d extends ConstantPad2d {
  constructor(padding: Sides) {
    super(padding, 0);
  }
}

/**
 * Puts zeros around the last three dimensions, shapes and errors as of `ConstantPad3d`; `torch.nn.ZeroPad3d`.
 *
 * ```ts
 * const padded = new ZeroPad3d([0, 0, 0, 0, 1, 0]).call(tensor([[[3, 4]]]));
 * console.log(await padded.tolist()); // prints [ [ [ 0, 0 ] ], [ [ 3, 4 ] ] ]
 * ```
 */
export class ZeroPad3d extends ConstantPad3d {
  constructor(padding: Sides) {
    super(padding, 0);
  }
}

/**
 * Puts the mirror image around the last dimension, without repeating the edge; shapes as of `ConstantPad1d`;
 * `torch.nn.ReflectionPad1d`.
 *
 * ```ts
 * const padded = new ReflectionPad1d(1).call(tensor([1, 2, 3]));
 * console.log(await padded.tolist()); // prints [ 2, 1, 2, 3, 2 ]
 * ```
 *
 * @throws ConfigError unless the padding is an integer or two of them
 * @throws ShapeError at the call for a padding that is not below the dimension's size
 */
export class ReflectionPad1d extends Pad {
  constructor(padding: Sides) {
    super(padding, 1, { mode: 'reflect' });
  }
}

/**
 * Puts the mirror image around the last two dimensions, without repeating the edge; shapes as of `ConstantPad2d`;
 * `torch.nn.ReflectionPad2d`.
 *
 * ```ts
 * const padded = new ReflectionPad2d([1, 0, 0, 1]).call(tensor([[1, 2], [3, 4]]));
 * console.log(await padded.tolist()); // prints [ [ 2, 1, 2 ], [ 4, 3, 4 ], [ 2, 1, 2 ] ]
 * ```
 *
 * @throws ConfigError unless the padding is an integer or four of them
 * @throws ShapeError at the call for a padding that is not below its dimension's size
 */
export class ReflectionPad2d extends Pad {
  constructor(padding: Sides) {
    super(padding, 2, { mode: 'reflect' });
  }
}

/**
 * Puts the mirror image around the last three dimensions, without repeating the edge; shapes as of `ConstantPad3d`;
 * `torch.nn.ReflectionPad3d`.
 *
 * ```ts
 * const padded = new ReflectionPad3d([0, 0, 0, 0, 1, 0]).call(tensor([[[1]], [[2]]]));
 * console.log(await padded.tolist()); // prints [ [ [ 2 ] ], [ [ 1 ] ], [ [ 2 ] ] ]
 * ```
 *
 * @throws ConfigError unless the padding is an integer or six of them
 * @throws ShapeError at the call for a padding that is not below its dimension's size
 */
export class ReflectionPad3d extends Pad {
  constructor(padding: Sides) {
    super(padding, 3, { mode: 'reflect' });
  }
}

/**
 * Repeats the outermost elements of the last dimension, shapes as of `ConstantPad1d`; `torch.nn.ReplicationPad1d`.
 *
 * ```ts
 * const padded = new ReplicationPad1d([2, 1]).call(tensor([3, 4]));
 * console.log(await padded.tolist()); // prints [ 3, 3, 3, 4, 4 ]
 * ```
 *
 * @throws ConfigError unless the padding is an integer or two of them
 * @throws ShapeError at the call for a dimension without elements
 */
export class ReplicationPad1d extends Pad {
  constructor(padding: Sides) {
    super(padding, 1, { mode: 'replicate' });
  }
}

/**
 * Repeats the outermost elements of the last two dimensions, shapes as of `ConstantPad2d`; `torch.nn.ReplicationPad2d`.
 *
 * ```ts
 * const padded = new ReplicationPad2d([1, 0, 0, 1]).call(tensor([[3, 4]]));
 * console.log(await padded.tolist()); // prints [ [ 3, 3, 4 ], [ 3, 3, 4 ] ]
 * ```
 *
 * @throws ConfigError unless the padding is an integer or four of them
 * @throws ShapeError at the call for a dimension without elements
 */
export class ReplicationPad2d extends Pad {
  constructor(padding: Sides) {
    super(padding, 2, { mode: 'replicate' });
  }
}

/**
 * Repeats the outermost elements of the last three dimensions, shapes as of `ConstantPad3d`; `torch.nn.ReplicationPad3d`.
 *
 * ```ts
 * const padded = new ReplicationPad3d([0, 0, 0, 0, 1, 0]).call(tensor([[[3, 4]]]));
 * console.log(await padded.tolist()); // prints [ [ [ 3, 4 ] ], [ [ 3, 4 ] ] ]
 * ```
 *
 * @throws ConfigError unless the padding is an integer or six of them
 * @throws ShapeError at the call for a dimension without elements
 */
export class ReplicationPad3d extends Pad {
  constructor(padding: Sides) {
    super(padding, 3, { mode: 'replicate' });
  }
}

/**
 * Goes on at the other end of the last dimension, shapes as of `ConstantPad1d`; `torch.nn.CircularPad1d`.
 *
 * ```ts
 * const padded = new CircularPad1d([1, 2]).call(tensor([1, 2, 3]));
 * console.log(await padded.tolist()); // prints [ 3, 1, 2, 3, 1, 2 ]
 * ```
 *
 * @throws ConfigError unless the padding is an integer or two of them
 * @throws ShapeError at the call for a padding over the dimension's size
 */
export class CircularPad1d extends Pad {
  constructor(padding: Sides) {
    super(padding, 1, { mode: 'circular' });
  }
}

/**
 * Goes on at the other end of the last two dimensions, shapes as of `ConstantPad2d`; `torch.nn.CircularPad2d`.
 *
 * ```ts
 * const padded = new CircularPad2d([1, 0, 0, 1]).call(tensor([[1, 2], [3, 4]]));
 * console.log(await padded.tolist()); // prints [ [ 2, 1, 2 ], [ 4, 3, 4 ], [ 2, 1, 2 ] ]
 * ```
 *
 * @throws ConfigError unless the padding is an integer or four of them
 * @throws ShapeError at the call for a padding over its dimension's size
 */
export class CircularPad2d extends Pad {
  constructor(padding: Sides) {
    super(padding, 2, { mode: 'circular' });
  }
}

/**
 * Goes on at the other end of the last three dimensions, shapes as of `ConstantPad3d`; `torch.nn.CircularPad3d`.
 *
 * ```ts
 * const padded = new CircularPad3d([0, 0, 0, 0, 1, 0]).call(tensor([[[1]], [[2]], [[3]]]));
 * console.log(await padded.tolist()); // prints [ [ [ 3 ] ], [ [ 1 ] ], [ [ 2 ] ], [ [ 3 ] ] ]
 * ```
 *
 * @throws ConfigError unless the padding is an integer or six of them
 * @throws ShapeError at the call for a padding over its dimension's size
 */
export class CircularPad3d extends Pad {
  constructor(padding: Sides) {
    super(padding, 3, { mode: 'circular' });
  }
}
