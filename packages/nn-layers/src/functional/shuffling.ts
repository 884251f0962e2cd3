import { ConfigError, ShapeError } from '@evenkeel/errors';
import { scope, type Tensor } from '@evenkeel/tensor';

/**
 * Channels become pixels: `[..., C · r², H, W]` to `[..., C, H · r, W · r]`; `torch.nn.functional.pixel_shuffle`.
 *
 * Shi et al. 2016, Real-time single image and video super-resolution using an efficient sub-pixel convolutional neural network.
 *
 * @param upscaleFactor r
 * @throws ShapeError when r² does not divide the channels
 */
export function pixelShuffle(input: Tensor, upscaleFactor: number): Tensor {
  checkFactor('pixelShuffle', upscaleFactor);
  const [lead, [channels, height, width]] = image('pixelShuffle', input);
  const [r, left] = [upscaleFactor, channels / upscaleFactor ** 2];
  if (!Number.isInteger(left)) {
    throw new ShapeError('the square of the factor does not divide the channels', {
      op: 'pixelShuffle',
      got: `input [${input.shape.join(', ')}], factor ${r}`,
    });
  }
  return scope(() => {
    const apart = input.reshape([-1, left, r, r, height, width]);
    return apart.permute([0, 1, 4, 2, 5, 3]).reshape([...lead, left, height * r, width * r]);
  });
}

/**
 * Pixels become channels: `[..., C, H · r, W · r]` to `[..., C · r², H, W]`, the inverse of `pixelShuffle`;
 * `torch.nn.functional.pixel_unshuffle`.
 *
 * @param downscaleFactor r
 * @throws ShapeError when r does not divide height and width
 */
export function pixelUnshuffle(input: Tensor, downscaleFactor: number): Tensor {
  checkFactor('pixelUnshuffle', downscaleFactor);
  const [lead, [channels, tall, wide]] = image('pixelUnshuffle', input);
  const r = downscaleFactor;
  const [height, width] = [tall / r, wide / r];
  if (!Number.isInteger(height) || !Number.isInteger(width)) {
    throw new ShapeError('the factor does not divide height and width', {
      op: 'pixelUnshuffle',
      got: `input [${input.shape.join(', ')}], factor ${r}`,
    });
  }
  return scope(() => {
    const apart = input.reshape([-1, channels, height, r, width, r]);
    return apart.permute([0, 1, 3, 5, 2, 4]).reshape([...lead, channels * r * r, height, width]);
  });
}

/**
 * Deals channels out over groups, `[N, C, ...]` as `[N, groups, C / groups, ...]` transposed; `torch.nn.ChannelShuffle`.
 *
 * Zhang et al. 2018, ShuffleNet.
 *
 * @throws ShapeError when the groups do not divide the channels
 */
export function channelShuffle(input: Tensor, groups: number): Tensor {
  checkFactor('channelShuffle', groups);
  const [batch = 0, channels = 0, ...rest] = input.shape;
  if (input.ndim < 3 || channels % groups !== 0) {
    throw new ShapeError('the groups do not divide the channels', {
      op: 'channelShuffle',
      got: `input [${input.shape.join(', ')}], groups ${groups}`,
      expected: '[N, C, ...]',
    });
  }
  return scope(() =>
    input
      .reshape([batch, groups, channels / groups, ...rest])
      .transpose(1, 2)
      .reshape(input.shape),
  );
}

function image(op: string, { shape }: Tensor): [lead: number[], [number, number, number]] {
  if (shape.length < 3) throw new ShapeError('an image is needed', { op, shapes: [shape], expected: '[..., C, H, W]' });
  return [shape.slice(0, -3), shape.slice(-3) as [number, number, number]];
}

function checkFactor(op: string, factor: number): void {
  if (Number.isInteger(factor) && factor > 0) return;
  throw new ConfigError('the factor must be a positive integer', { op, got: `${factor}` });
}
