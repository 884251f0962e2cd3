import { cpu } from '@evenkeel/backend-cpu';
import { Parameter, type Tensor, useBackend, zeros } from '@evenkeel/tensor';
import { beforeAll, expectTypeOf, test } from 'vitest';
import {
  Dropout,
  GELU,
  LayerNorm,
  Linear,
  Module,
  ModuleList,
  MultiheadAttention,
  Sequential,
  type TensorModule,
  TransformerEncoderLayer,
} from '../src/index.ts';

// What is checked here is checked by `tsc`; that the lines also run is beside the point.

beforeAll(() => useBackend(cpu()));

class Pair extends Module {
  scale = new Parameter(zeros([1]));
  override forward(left: Tensor, factor: number, options: { bias?: Tensor } = {}): { sum: Tensor } {
    return { sum: options.bias ? left.mul(factor).add(options.bias) : left };
  }
}

test('call takes what forward takes and returns what forward returns', () => {
  expectTypeOf<Parameters<Linear['call']>>().toEqualTypeOf<[input: Tensor]>();
  expectTypeOf(new Linear(1, 1).call(zeros([1]))).toEqualTypeOf<Tensor>();
  const pair = new Pair();
  expectTypeOf(pair.call(zeros([1]), 2)).toEqualTypeOf<{ sum: Tensor }>();
  pair.call(zeros([1]), 2, { bias: zeros([1]) });
  // @ts-expect-error a factor is missing
  pair.call(zeros([1]));
  // @ts-expect-error there is no such option
  pair.call(zeros([1]), 2, { bais: zeros([1]) });
});

test('attention returns its output and, if asked for, its weights', () => {
  const x = zeros([2, 1, 4]);
  expectTypeOf(new MultiheadAttention(4, 2).call(x, x, x)).toEqualTypeOf<[Tensor, Tensor?]>();
});

test('options are checked where layers are made and called', () => {
  // @ts-expect-error the option is called eps
  new LayerNorm(4, { epsilon: 1e-6 });
  const layer = new TransformerEncoderLayer(4, 2, { activation: 'gelu', normFirst: true });
  layer.call(zeros([1, 1, 4]), { isCausal: true });
  // @ts-expect-error the encoder's option is srcMask in its layers
  layer.call(zeros([1, 1, 4]), { mask: zeros([1, 1]).gt(0) });
});

test('Sequential takes modules from one tensor to one tensor', () => {
  expectTypeOf<Linear>().toExtend<TensorModule>();
  expectTypeOf<Sequential>().toExtend<TensorModule>();
  expectTypeOf<Pair>().not.toExtend<TensorModule>();
  new Sequential(new Linear(1, 1), new GELU(), new Sequential(new Dropout()));
  // @ts-expect-error attention takes three tensors
  new Sequential(new MultiheadAttention(4, 2));
});

test('lists keep the type of their modules', () => {
  const list = new ModuleList([new Linear(1, 2)]);
  expectTypeOf(list.at(0)).toEqualTypeOf<Linear>();
  expectTypeOf([...list]).toEqualTypeOf<Linear[]>();
});
