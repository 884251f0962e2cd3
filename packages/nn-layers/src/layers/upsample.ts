import type { Tensor } from '@evenkeel/tensor';
import { type InterpolateOptions, interpolate } from '../functional/interpolation.ts';
import { channelShuffle, pixelShuffle, pixelUnshuffle } from '../functional/shuffling.ts';
import { Module } from '../module/module.ts';

/**
 * Resizes the spatial dimensions, `[N, C, ...S]` to `[N, C, ...T]`, see `interpolate`; `torch.nn.Upsample`.
 *
 * ```ts
 * const row = tensor([[[1, 3]]]);
 * console.log(await new Upsample({ scaleFactor: 2 }).call(row).tolist()); // prints [ [ [ 1, 1, 3, 3 ] ] ]
 * const linear = new Upsample({ size: 3, mode: 'linear', alignCorners: true });
 * console.log(await linear.call(row).tolist()); // prints [ [ [ 1, 2, 3 ] ] ]
 * ```
 *
 * @param options size or scaleFactor; mode (default `nearest`), alignCorners and recomputeScaleFactor (default false)
 * @throws ConfigError at the call unless one of size and scaleFactor is given and the mode fits the dimensions
 * @throws ShapeError at the call unless there are one to three spatial dimensions
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

/**
 * Channels become pixels, `[..., C · r², H, W]` to `[..., C, H · r, W · r]`, see `pixelShuffle`; `torch.nn.PixelShuffle`.
 * Shi et al. 2016, Real-time single image and video super-resolution using an efficient sub-pixel convolutional neural
 * network.
 *
 * ```ts
 * const pixels = new PixelShuffle(2).call(tensor([[[1]], [[2]], [[3]], [[4]]]));
 * console.log(await pixels.tolist()); // prints [ [ [ 1, 2 ], [ 3, 4 ] ] ]
 * ```
 *
 * @param upscaleFactor r
 * @throws ConfigError at the call for a factor that is no positive integer
 * @throws ShapeError at the call when r² does not divide the channels
 */
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

/**
 * Pixels become channels, `[..., C, H · r, W · r]` to `[..., C · r², H, W]`, the inverse of `PixelShuffle`;
 * `torch.nn.PixelUnshuffle`.
 *
 * ```ts
 * const channels = new PixelUnshuffle(2).call(tensor([[[1, 2], [3, 4]]]));
 * console.log(await channels.tolist()); // prints [ [ [ 1 ] ], [ [ 2 ] ], [ [ 3 ] ], [ [ 4 ] ] ]
 * ```
 *
 * @param downscaleFactor r
 * @throws ConfigError at the call for a factor that is no positive integer
 * @throws ShapeError at the call when r does not divide height and width
 */
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

/**
 * Deals the channels of `[N, C, ...]` out over groups and keeps the shape, see `channelShuffle`; `torch.nn.ChannelShuffle`.
 * Zhang et al. 2018, ShuffleNet: an extremely efficient convolutional neural network for mobile devices.
 *
 * ```ts
 * const shuffled = new ChannelShuffle(2).call(tensor([[[1], [2], [3], [4]]]));
 * console.log(await shuffled.tolist()); // prints [ [ [ 1 ], [ 3 ], [ 2 ], [ 4 ] ] ]
 * ```
 *
 * @throws ConfigError at the call for a number of groups that is no positive integer
 * @throws ShapeError at the call when the groups do not divide the channels
 */
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
