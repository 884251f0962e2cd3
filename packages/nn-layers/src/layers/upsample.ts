import type { Tensor } from '@evenkeel/tensor';
import { type InterpolateOptions, interpolate } from '../functional/interpolation.ts';
import { channelShuffle, pixelShuffle, pixelUnshuffle } from '../functional/shuffling.ts';
import { Module } from '../module/module.ts';

/**
 * Resizes the spatial dimensions of `[N, C, ...S]`, see `interpolate`; `torch.nn.Upsample`.
 *
 * ```ts
 * new Upsample({ scaleFactor: 2, mode: 'bilinear' }).call(randn([1, 3, 8, 8])).shape; // [1, 3, 16, 16]
 * ```
 *
 * @throws ConfigError at the call unless one of size and scaleFactor is given and the mode fits the dimensions
 */
export class Upsample extends Module {
  readonly options: InterpolateOptions;

  constructor(options: InterpolateOptions) {
    super();
    this.options = options;
  }

  override forward(input: Tensor): Tensor {
    return interpolate(input, this.options);
  }
}

/** `[..., C · r², H, W]` to `[..., C, H · r, W · r]`, see `pixelShuffle`; `torch.nn.PixelShuffle`. */
export class PixelShuffle extends Module {
  readonly upscaleFactor: number;

  constructor(upscaleFactor: number) {
    super();
    this.upscaleFactor = upscaleFactor;
  }

  override forward(input: Tensor): Tensor {
    return pixelShuffle(input, this.upscaleFactor);
  }
}

/** `[..., C, H · r, W · r]` to `[..., C · r², H, W]`, see `pixelUnshuffle`; `torch.nn.PixelUnshuffle`. */
export class PixelUnshuffle extends Module {
  readonly downscaleFactor: number;

  constructor(downscaleFactor: number) {
    super();
    this.downscaleFactor = downscaleFactor;
  }

  override forward(input: Tensor): Tensor {
    return pixelUnshuffle(input, this.downscaleFactor);
  }
}

/** Deals the channels of `[N, C, ...]` out over groups, see `channelShuffle`; `torch.nn.ChannelShuffle`. */
export class ChannelShuffle extends Module {
  readonly groups: number;

  constructor(groups: number) {
    super();
    this.groups = groups;
  }

  override forward(input: Tensor): Tensor {
    return channelShuffle(input, this.groups);
  }
}
