import { type FunctionBuilder, f32x4, i32x4, type Local, type Value, v128 } from '../assembler/index.ts';

/** A vector value inside a kernel: four lanes of a 32-bit scalar; a bool is all ones or all zeros. */
export type Vector = Value<'v128'>;

/** What of the engine kernels use. */
export interface Features {
  /** Relaxed multiply-add exists and rounds once. */
  readonly fused: boolean;
  /** Relaxed lane select exists. */
  readonly laneselect: boolean;
  /** Vectors that lie side by side in memory and in the code are joined to one of 256 bits. */
  readonly wide: boolean;
  /** Memory is shared between threads. */
  readonly sharedMemory: boolean;
}

const word = new DataView(new ArrayBuffer(8));

/** Constants, temporaries and the few compound operations that vector code is made of. */
export class VectorMath {
  readonly f: FunctionBuilder;
  readonly features: Features;

  constructor(f: FunctionBuilder, features: Features) {
    this.f = f;
    this.features = features;
  }

  float(value: number): Local<'v128'> {
    word.setFloat32(0, value);
    return this.int(word.getInt32(0));
  }

  int(value: number): Local<'v128'> {
    const bits = value | 0;
    return this.f.constant([bits, bits, bits, bits]);
  }

  double(value: number): Local<'v128'> {
    word.setFloat64(0, value);
    const high = word.getInt32(0);
    const low = word.getInt32(4);
    return this.f.constant([low, high, low, high]);
  }

  /** A 64-bit integer in both lanes, by its upper and lower word. */
  long(high: number, low: number): Local<'v128'> {
    return this.f.constant([low | 0, high | 0, low | 0, high | 0]);
  }

  /** A value in a local of its own, because it is used more than once. */
  keep(value: Vector): Local<'v128'> {
    return this.f.v128(value);
  }

  /** a · b + c, rounded once where the engine can. */
  madd(a: Vector, b: Vector, c: Vector): Vector {
    return this.features.fused ? f32x4.relaxedMadd(a, b, c) : f32x4.add(f32x4.mul(a, b), c);
  }

  /** c - a · b, rounded once where the engine can. */
  nmadd(a: Vector, b: Vector, c: Vector): Vector {
    return this.features.fused ? f32x4.relaxedNmadd(a, b, c) : f32x4.sub(c, f32x4.mul(a, b));
  }

  /** a where the mask is set, b elsewhere. */
  select(mask: Vector, a: Vector, b: Vector): Vector {
    return this.features.laneselect ? i32x4.relaxedLaneselect(a, b, mask) : v128.bitselect(a, b, mask);
  }

  /** By Horner's rule, the coefficient of the highest power first. */
  polynomial(x: Local<'v128'>, coefficients: readonly number[]): Vector {
    const [highest, ...rest] = coefficients;
    let sum: Vector = this.float(highest as number);
    for (const coefficient of rest) sum = this.madd(sum, x, this.float(coefficient));
    return sum;
  }

  signBit(): Local<'v128'> {
    return this.int(0x80000000);
  }

  /** |magnitude| with the sign of another float; the magnitude must not be negative. */
  withSignOf(x: Vector, magnitude: Vector): Vector {
    return v128.or(magnitude, v128.and(x, this.signBit()));
  }

  /** Lanes 2 and 3 in the place of 0 and 1. */
  upperHalf(x: Vector): Vector {
    return v128.shuffle(x, x, [2, 3, 2, 3]);
  }

  /** The lower lanes of two vectors side by side. */
  joinHalves(low: Vector, high: Vector): Vector {
    return v128.shuffle(low, high, [0, 1, 4, 5]);
  }
}
