import { ConfigError } from '@evenkeel/errors';
import type { PadOptions, Tensor } from '@evenkeel/tensor';
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
    return input.pad(this.padding, this.options);
  }
}

/**
 * Puts `value` around the last dimension, `[..., L]` to `[..., left + L + right]`; `torch.nn.ConstantPad1d`.
 *
 * ```ts
 * new ConstantPad1d([1, 2], 9).call(tensor([3, 4])); // [9, 3, 4, 9, 9]
 * ```
 *
 * @throws ConfigError for a padding that does not fit the dimensions
 */
export class ConstantPad1d extends Pad {
  constructor(padding: Sides, value: number) {
    super(padding, 1, { value });
  }
}

/** Puts `value` around the last two dimensions, `[left, right, top, bottom]`; `torch.nn.ConstantPad2d`. */
export class ConstantPad2d extends Pad {
  constructor(padding: Sides, value: number) {
    super(padding, 2, { value });
  }
}

/** Puts `value` around the last three dimensions; `torch.nn.ConstantPad3d`. */
export class ConstantPad3d extends Pad {
  constructor(padding: Sides, value: number) {
    super(padding, 3, { value });
  }
}

/** Puts zeros around the last dimension; `torch.nn.ZeroPad1d`. */
export class ZeroPad1d extends ConstantPad1d {
  constructor(padding: Sides) {
    super(padding, 0);
  }
}

/** Puts zeros around the last two dimensions; `torch.nn.ZeroPad2d`. */
export class ZeroPad2d extends ConstantPad2d {
  constructor(padding: Sides) {
    super(padding, 0);
  }
}

/** Puts zeros around the last three dimensions; `torch.nn.ZeroPad3d`. */
export class ZeroPad3d extends ConstantPad3d {
  constructor(padding: Sides) {
    super(padding, 0);
  }
}

/** Puts the mirror image around the last dimension, without repeating the edge; `torch.nn.ReflectionPad1d`. */
export class ReflectionPad1d extends Pad {
  constructor(padding: Sides) {
    super(padding, 1, { mode: 'reflect' });
  }
}

/** Puts the mirror image around the last two dimensions; `torch.nn.ReflectionPad2d`. */
export class ReflectionPad2d extends Pad {
  constructor(padding: Sides) {
    super(padding, 2, { mode: 'reflect' });
  }
}

/** Puts the mirror image around the last three dimensions; `torch.nn.ReflectionPad3d`. */
export class ReflectionPad3d extends Pad {
  constructor(padding: Sides) {
    super(padding, 3, { mode: 'reflect' });
  }
}

/** Repeats the outermost elements of the last dimension; `torch.nn.ReplicationPad1d`. */
export class ReplicationPad1d extends Pad {
  constructor(padding: Sides) {
    super(padding, 1, { mode: 'replicate' });
  }
}

/** Repeats the outermost elements of the last two dimensions; `torch.nn.ReplicationPad2d`. */
export class ReplicationPad2d extends Pad {
  constructor(padding: Sides) {
    super(padding, 2, { mode: 'replicate' });
  }
}

/** Repeats the outermost elements of the last three dimensions; `torch.nn.ReplicationPad3d`. */
export class ReplicationPad3d extends Pad {
  constructor(padding: Sides) {
    super(padding, 3, { mode: 'replicate' });
  }
}

/** Goes on at the other end of the last dimension; `torch.nn.CircularPad1d`. */
export class CircularPad1d extends Pad {
  constructor(padding: Sides) {
    super(padding, 1, { mode: 'circular' });
  }
}

/** Goes on at the other end of the last two dimensions; `torch.nn.CircularPad2d`. */
export class CircularPad2d extends Pad {
  constructor(padding: Sides) {
    super(padding, 2, { mode: 'circular' });
  }
}

/** Goes on at the other end of the last three dimensions; `torch.nn.CircularPad3d`. */
export class CircularPad3d extends Pad {
  constructor(padding: Sides) {
    super(padding, 3, { mode: 'circular' });
  }
}
