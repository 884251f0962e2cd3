import type { Tensor } from '@evenkeel/tensor';
import { hardshrink, hardsigmoid, hardswish, hardtanh, relu6, softshrink, threshold } from '../functional/piecewise.ts';
import { Module } from '../module/module.ts';

/**
 * Each element, of any shape, limited to [minVal, maxVal] (default [−1, 1]); gradient 0 at the limits;
 * `torch.nn.Hardtanh`.
 *
 * ```ts
 * console.log(await new Hardtanh().call(tensor([-2, 0.5, 3])).tolist()); // prints [ -1, 0.5, 1 ]
 * ```
 */
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

/**
 * Each element, of any shape, limited to [0, 6]; gradient 0 at the limits; `torch.nn.ReLU6`. Krizhevsky 2010,
 * Convolutional deep belief networks on CIFAR-10.
 *
 * ```ts
 * console.log(await new ReLU6().call(tensor([-2, 5, 8])).tolist()); // prints [ 0, 5, 6 ]
 * ```
 */
export class ReLU6 extends Module {
  override forward(input: Tensor): Tensor {
    return relu6(input);
  }
}

/**
 * relu6(x + 3) / 6 of each element, of any shape; `torch.nn.Hardsigmoid`. Howard et al. 2019, Searching for MobileNetV3.
 *
 * ```ts
 * console.log(await new Hardsigmoid().call(tensor([-4, 0, 4])).tolist()); // prints [ 0, 0.5, 1 ]
 * ```
 */
export class Hardsigmoid extends Module {
  override forward(input: Tensor): Tensor {
    return hardsigmoid(input);
  }
}

/**
 * x · relu6(x + 3) / 6 of each element, of any shape; `torch.nn.Hardswish`. Howard et al. 2019, Searching for MobileNetV3.
 *
 * ```ts
 * console.log(await new Hardswish().call(tensor([-1.5, 0, 4])).tolist()); // prints [ -0.375, 0, 4 ]
 * ```
 */
export class Hardswish extends Module {
  override forward(input: Tensor): Tensor {
    return hardswish(input);
  }
}

/**
 * Pulls each element, of any shape, towards 0 by lambd (default 0.5), and to 0 within it; `torch.nn.Softshrink`.
 * Donoho 1995, De-noising by soft-thresholding.
 *
 * ```ts
 * console.log(await new Softshrink().call(tensor([-2, 0.25, 1.5])).tolist()); // prints [ -1.5, 0, 1 ]
 * ```
 */
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

/**
 * x where |x| > lambd (default 0.5), else 0, for each element of any shape; `torch.nn.Hardshrink`. Donoho and Johnstone
 * 1994, Ideal spatial adaptation by wavelet shrinkage.
 *
 * ```ts
 * console.log(await new Hardshrink().call(tensor([-2, 0.25, 1.5])).tolist()); // prints [ -2, 0, 1.5 ]
 * ```
 */
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

/**
 * x where x > limit, else value, for each element of any shape; `torch.nn.Threshold`.
 *
 * ```ts
 * console.log(await new Threshold(1, 20).call(tensor([0.5, 1, 2])).tolist()); // prints [ 20, 20, 2 ]
 * ```
 */
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
