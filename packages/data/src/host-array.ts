/** Numbers on the host. Tensors made from them are float32, float64, and int32 for both kinds of integers. */
export type TypedArray = Float32Array | Float64Array | Int32Array | Uint8Array;

/** Numbers on the host, row-major, with a shape. */
export interface HostArray {
  readonly data: TypedArray;
  readonly shape: readonly number[];
}

/**
 * One field of a sample. A typed array without a shape has one dimension. A bare number is a class index: a whole
 * number that becomes int32; a real-valued target is a `Float32Array.of(x)`.
 */
export type Field = number | TypedArray | HostArray;

/** What a dataset hands out for one index: a field, or a plain object of named fields. */
export type Sample = Field | { readonly [name: string]: Field };

/** Whether a value is one field (and not an object of named fields). */
export function isField(value: Sample): value is Field {
  return typeof value === 'number' || ArrayBuffer.isView(value) || ('data' in value && 'shape' in value);
}

/** A field as data and shape. */
export function toHostArray(field: Field): HostArray {
  if (typeof field === 'number') return { data: Int32Array.of(field), shape: [] };
  if (ArrayBuffer.isView(field)) return { data: field, shape: [field.length] };
  return field;
}

/** Numbers from 0 to 255 as the bytes nearest to them. */
export function roundToBytes(values: Float32Array | Float64Array): Uint8Array {
  const bytes = new Uint8Array(values.length);
  // A typed array's `from` and `map` call back for each number, which takes several times as long.
  for (let i = 0; i < bytes.length; i++) bytes[i] = Math.round(values[i] as number);
  return bytes;
}
