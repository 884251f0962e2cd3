import { DataError } from '@evenkeel/errors';
import { convertIndexedToRgb, type DecodedPng, decode as decodePng, hasPngSignature } from 'fast-png';
import jpeg from 'jpeg-js';
import type { HostArray } from '../host-array.ts';

/** Gray, or red, green and blue. */
export type ImageChannels = 1 | 3;

/**
 * The pixels of a PNG or JPEG file: bytes of shape `[channels, height, width]`.
 *
 * PNG of every depth and color type (16 bits give their upper 8, transparency is left out), JPEG baseline and progressive.
 *
 * @param options.channels default 3; gray becomes three equal channels, and colors one by
 *   `L = 0.299 R + 0.587 G + 0.114 B`, as Pillow converts
 * @param options.name what to call the file in errors
 * @throws DataError if the bytes are neither, or damaged
 */
export function decodeImage(
  bytes: Uint8Array,
  { channels = 3, name = 'the image' }: { channels?: ImageChannels; name?: string } = {},
): HostArray {
  const isJpeg = bytes[0] === 0xff && bytes[1] === 0xd8;
  if (!isJpeg && !hasPngSignature(bytes)) {
    const start = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    throw new DataError(`${name} is neither PNG nor JPEG`, { got: `${bytes.length} bytes that begin with ${start}` });
  }
  try {
    return toPlanes(isJpeg ? readJpeg(bytes) : readPng(bytes), channels);
  } catch (cause) {
    throw new DataError(`${name} is a damaged ${isJpeg ? 'JPEG' : 'PNG'} file`, {
      got: cause instanceof Error ? cause.message : String(cause),
      cause,
    });
  }
}

/** Pixels side by side, `channels` bytes for each: 1 gray, 2 gray and alpha, 3 RGB, 4 RGBA. */
interface Interleaved {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: Uint8Array;
}

function readJpeg(bytes: Uint8Array): Interleaved {
  const { width, height, data } = jpeg.decode(bytes, { useTArray: true, formatAsRGBA: false, tolerantDecoding: false });
  return { width, height, data, channels: 3 };
}

function readPng(bytes: Uint8Array): Interleaved {
  const png = decodePng(bytes, { checkCrc: true });
  const { width, height, palette } = png;
  if (palette) return { width, height, data: convertIndexedToRgb(png), channels: palette[0]?.length ?? 3 };
  return { width, height, data: toBytes(png), channels: png.channels };
}

/** Samples of 1 to 16 bits as bytes. */
function toBytes({ width, height, depth, data }: DecodedPng): Uint8Array {
  if (depth === 16) return new Uint8Array(data.map((sample) => sample >> 8));
  if (depth === 8) return data as Uint8Array;
  // Several gray pixels share a byte, and each row begins with a new one.
  const largest = 2 ** depth - 1;
  const rowBytes = Math.ceil((width * depth) / 8);
  return new Uint8Array(width * height).map((_, index) => {
    const bit = (index % width) * depth;
    const byte = data[Math.floor(index / width) * rowBytes + (bit >> 3)] as number;
    return (((byte >> (8 - depth - (bit & 7))) & largest) * 255) / largest;
  });
}

function toPlanes({ width, height, channels: given, data }: Interleaved, channels: ImageChannels): HostArray {
  const area = width * height;
  const planes = new Uint8Array(channels * area);
  for (let pixel = 0; pixel < area; pixel++) {
    const start = pixel * given;
    const red = data[start] as number;
    const green = given < 3 ? red : (data[start + 1] as number);
    const blue = given < 3 ? red : (data[start + 2] as number);
    if (channels === 1) {
      // The weights in 16 bits, rounded: gray stays what it is.
      planes[pixel] = (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
      continue;
    }
    planes[pixel] = red;
    planes[area + pixel] = green;
    planes[2 * area + pixel] = blue;
  }
  return { data: planes, shape: [channels, height, width] };
}
