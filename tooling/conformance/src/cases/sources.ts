import type { DType, Shape } from '@evenkeel/backend';
import { sizeOf } from '@evenkeel/backend';
import type { AttributesOf } from '@evenkeel/compiler';
import { exact } from '../host/accuracy.ts';
import { positionsOf } from '../host/host-tensor.ts';
import { philox } from '../host/philox.ts';
import { drawCase, type OperationCases } from './operation-cases.ts';
import { floats } from './pointwise.ts';

const shapes: readonly Shape[] = [[1], [0], [3], [63], [65], [4099], [5, 7], [2, 1, 3, 2, 3]];

export const iota: OperationCases<AttributesOf<'iota'>> = {
  dtypes: ['int32'],
  accuracy: exact,
  reference: (_inputs, { shape, dim }) => positionsOf(shape).map((position) => position[dim] as number),
  forward: () => shapes.flatMap((shape) => shape.map((_, dim) => drawCase<AttributesOf<'iota'>>([], { shape, dim }))),
};

/** The seed's low and high words, then the first block's: small, large, and such that the counter carries within the draw. */
const streams: readonly (readonly [number, number, number, number])[] = [
  [0, 0, 0, 0],
  [42, 0, 5, 0],
  [0xdeadbeef, 0x1fffff, 0xffffffff - 30, 7],
];

export const uniform: OperationCases<AttributesOf<'uniform'>> = {
  dtypes: floats,
  accuracy: exact,
  reference(_inputs, { shape, dtype }, _output, [seedLow, seedHigh, low, high]) {
    const first = BigInt(low as number) + (BigInt(high as number) << 32n);
    return Array.from({ length: sizeOf(shape) }, (_, i) => {
      const counter = first + BigInt(Math.floor(i / 4));
      const word = philox(
        [Number(counter & 0xffffffffn), Number(counter >> 32n), 0, 0],
        [seedLow as number, seedHigh as number],
      )[i % 4];
      const bits = dtype === 'float16' ? 11 : 24;
      return ((word as number) >>> (32 - bits)) * 2 ** -bits;
    });
  },
  forward: (dtype: DType) =>
    [[], ...shapes].flatMap((shape) =>
      streams.map((numbers) =>
        drawCase<AttributesOf<'uniform'>>([], { shape, dtype }, `stream ${numbers.join(' ')}`, numbers),
      ),
    ),
};
