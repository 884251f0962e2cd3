import { binaryOperation, loadOperation, storeOperation, unaryOperation } from './operation.ts';
import { asValue, type Integer, Value, type ValueType } from './value.ts';

function integerOperation(opcode: number): (a: Integer, b: Integer) => Value<'i32'> {
  const operation = binaryOperation<'i32', 'i32'>('i32', opcode);
  return (a, b) => operation(asValue(a), asValue(b));
}

const wasmAdd = integerOperation(0x6a);
const wasmSub = integerOperation(0x6b);
const wasmMul = integerOperation(0x6c);
const shl = integerOperation(0x74);

// Addresses are sums of many terms that are often 0 or known, so these fold what they can.
function add(left: Integer, right: Integer): Value<'i32'> {
  const [a, b] = [asValue(left), asValue(right)];
  if (a.known === 0) return b;
  if (b.known === 0) return a;
  return a.known !== undefined && b.known !== undefined ? asValue(a.known + b.known) : wasmAdd(a, b);
}

function sub(left: Integer, right: Integer): Value<'i32'> {
  const [a, b] = [asValue(left), asValue(right)];
  if (b.known === 0) return a;
  return a.known !== undefined && b.known !== undefined ? asValue(a.known - b.known) : wasmSub(a, b);
}

function mul(left: Integer, right: Integer): Value<'i32'> {
  const [a, b] = [asValue(left), asValue(right)];
  if (a.known !== undefined) return b.known !== undefined ? asValue(Math.imul(a.known, b.known)) : mul(b, a);
  if (b.known === 0 || b.known === 1) return b.known === 0 ? b : a;
  const isPower = b.known !== undefined && b.known > 0 && (b.known & (b.known - 1)) === 0;
  return isPower ? shl(a, 31 - Math.clz32(b.known)) : wasmMul(a, b);
}

/** The smaller of two unsigned numbers; both are written twice. */
function minU(left: Integer, right: Integer): Value<'i32'> {
  const [a, b] = [asValue(left), asValue(right)];
  if (a.known !== undefined && b.known !== undefined) return asValue(Math.min(a.known, b.known));
  return select(i32.ltU(a, b), a, b);
}

export const i32 = {
  constant: asValue,
  add,
  sub,
  mul,
  minU,
  divS: integerOperation(0x6d),
  divU: integerOperation(0x6e),
  remS: integerOperation(0x6f),
  remU: integerOperation(0x70),
  and: integerOperation(0x71),
  or: integerOperation(0x72),
  shl,
  shrS: integerOperation(0x75),
  shrU: integerOperation(0x76),
  eqz: unaryOperation<'i32', 'i32'>('i32', 0x45),
  eq: integerOperation(0x46),
  ne: integerOperation(0x47),
  ltS: integerOperation(0x48),
  ltU: integerOperation(0x49),
  leU: integerOperation(0x4d),
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
