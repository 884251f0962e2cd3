import { type Binary, binaryOperation, loadOperation, storeOperation, unaryOperation } from './operation.ts';
import { Value, type ValueType } from './value.ts';

function constant(value: number): Value<'i32'> {
  return new Value(
    'i32',
    (out) => {
      out.byte(0x41);
      out.s32(value);
    },
    value | 0,
  );
}

const wasmAdd: Binary<'i32', 'i32'> = binaryOperation('i32', 0x6a);
const wasmSub: Binary<'i32', 'i32'> = binaryOperation('i32', 0x6b);
const wasmMul: Binary<'i32', 'i32'> = binaryOperation('i32', 0x6c);
const wasmShl: Binary<'i32', 'i32'> = binaryOperation('i32', 0x74);

// Addresses are sums of many terms that are often 0 or known, so these fold what they can.
function add(a: Value<'i32'>, b: Value<'i32'>): Value<'i32'> {
  if (a.known === 0) return b;
  if (b.known === 0) return a;
  if (a.known !== undefined && b.known !== undefined) return constant(a.known + b.known);
  return wasmAdd(a, b);
}

function sub(a: Value<'i32'>, b: Value<'i32'>): Value<'i32'> {
  if (b.known === 0) return a;
  if (a.known !== undefined && b.known !== undefined) return constant(a.known - b.known);
  return wasmSub(a, b);
}

function mul(a: Value<'i32'>, b: Value<'i32'>): Value<'i32'> {
  if (a.known !== undefined) {
    if (b.known !== undefined) return constant(Math.imul(a.known, b.known));
    return mul(b, a);
  }
  if (b.known === 0 || b.known === 1) return b.known === 0 ? b : a;
  if (b.known !== undefined && b.known > 0 && (b.known & (b.known - 1)) === 0) {
    return wasmShl(a, constant(31 - Math.clz32(b.known)));
  }
  return wasmMul(a, b);
}

/** The smaller of two unsigned numbers; both are written twice. */
function minU(a: Value<'i32'>, b: Value<'i32'>): Value<'i32'> {
  if (a.known !== undefined && b.known !== undefined) return constant(Math.min(a.known, b.known));
  return select(i32.ltU(a, b), a, b);
}

export const i32 = {
  constant,
  add,
  sub,
  mul,
  minU,
  divS: binaryOperation<'i32', 'i32'>('i32', 0x6d),
  divU: binaryOperation<'i32', 'i32'>('i32', 0x6e),
  remS: binaryOperation<'i32', 'i32'>('i32', 0x6f),
  remU: binaryOperation<'i32', 'i32'>('i32', 0x70),
  and: binaryOperation<'i32', 'i32'>('i32', 0x71),
  or: binaryOperation<'i32', 'i32'>('i32', 0x72),
  shl: wasmShl,
  shrS: binaryOperation<'i32', 'i32'>('i32', 0x75),
  shrU: binaryOperation<'i32', 'i32'>('i32', 0x76),
  eqz: unaryOperation<'i32', 'i32'>('i32', 0x45),
  eq: binaryOperation<'i32', 'i32'>('i32', 0x46),
  ne: binaryOperation<'i32', 'i32'>('i32', 0x47),
  ltS: binaryOperation<'i32', 'i32'>('i32', 0x48),
  ltU: binaryOperation<'i32', 'i32'>('i32', 0x49),
  leU: binaryOperation<'i32', 'i32'>('i32', 0x4d),
  load: loadOperation('i32', 0x28),
  store: storeOperation<'i32'>(0x36),
};

export const f32 = {
  load: loadOperation('f32', 0x2a),
};

export const i64 = {
  load: loadOperation('i64', 0x29),
  store: storeOperation<'i64'>(0x37),
  ltS: binaryOperation<'i64', 'i32'>('i32', 0x53),
};

/** a where the condition is not 0, otherwise b; both are computed. */
export function select<T extends ValueType>(condition: Value<'i32'>, a: Value<T>, b: Value<T>): Value<T> {
  return new Value(a.type, (out) => {
    a.write(out);
    b.write(out);
    condition.write(out);
    out.byte(0x1b);
  });
}
