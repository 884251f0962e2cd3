import type { Tensor } from '@evenkeel/tensor';
import { hardshrink, hardsigmoid, hardswish, hardtanh, relu6, softshrink, threshold } from '../functional/piecewise.ts';
import { Module } from '../module/module.ts';

/** x limited to [minVal, maxVal] (default [−1, 1]); gradient 0 at the limits; `torch.nn.Hardtanh`. */
export class Hardtanh extends Module {
  readonly minVal: number;
  readonly maxVal: number;

  constructor(options: { minVal?: number; maxVal?: number } = {}) {
    super();
    this.minVal = options.minVal ?? -1;
    this.maxVal = options.maxVal ?? 1;
  }

  override forward(input: Tensor): Tensor {
    return hardtanh(input, { minVal: this.minVal, maxVal: this.maxVal });
  }
}

/** x limited to [0, 6]; `torch.nn.ReLU6`. */
export class ReLU6 extends Module {
  override forward(input: Tensor): Tensor {
    return relu6(input);
  }
}

/** relu6(x + 3) / 6; `torch.nn.Hardsigmoid`. */
export class Hardsigmoid extends Module {
  override forward(input: Tensor): Tensor {
    return hardsigmoid(input);
  }
}

/** x · relu6(x + 3) / 6; `torch.nn.Hardswish`. */
export class Hardswish extends Module {
  override forward(input: Tensor): Tensor {
    return hardswish(input);
  }
}

/** Pulls x towards 0 by lambd (default 0.5), and to 0 within it; `torch.nn.Softshrink`. */
export class Softshrink extends Module {
  readonly lambd: number;

  constructor(options: { lambd?: number } = {}) {
    super();
    this.lambd = options.lambd ?? 0.5;
  }

  override forward(input: Tensor): Tensor {
    return softshrink(input, { lambd: this.lambd });
  }
}

/** x where |x| > lambd (default 0.5), else 0; `torch.nn.Hardshrink`. */
export class Hardshrink extends Module {
  readonly lambd: number;

  constructor(options: { lambd?: number } = {}) {
    super();
    this.lambd = options.lambd ?? 0.5;
  }

  override forward(input: Tensor): Tensor {
    return hardshrink(input, { lambd: this.lambd });
  }
}

/** x where x > limit, else value; `torch.nn.Threshold`. */
export class Threshold extends Module {
  readonly limit: number;
  readonly value: number;

  constructor(limit: number, value: number) {
    super();
    this.limit = limit;
    this.value = value;
  }

  override forward(input: Tensor): Tensor {
    return threshold(input, this.limit, this.value);
  }
}
