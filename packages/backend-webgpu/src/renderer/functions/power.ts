import { polynomial, shaderFunction } from './shader-function.ts';
import { floatOfBits, isInfinite, isNan, withSign } from './special-values.ts';

// fdlibm's powf (Sun Microsystems, 1993): log2 and its product with y are kept as sums of two floats, the first of them with the
// last 12 bits zero, so that their products are exact. Below 1 ulp.
const logTail = [2.0697501302e-1, 2.3066075146e-1, 2.7272811532e-1, 3.3333334327e-1, 4.2857143283e-1, 6.0000002384e-1];
const expTail = [4.1381369442e-8, -1.6533901999e-6, 6.613755977e-5, -2.777777845e-3, 1.6666667163e-1];

const leading = shaderFunction(`fn leading(x: f32) -> f32 {
  return bitcast<f32>(bitcast<u32>(x) & 0xfffff000u);
}`);

/** a^y for a normal and positive a, and y of moderate size. */
const powerOfPositive = shaderFunction(
  `fn power_of_positive(a: f32, exponent: i32, y: f32) -> f32 {
  let fraction = bitcast<i32>(a) & 0x007fffffi;
  let upper = fraction > 0x1cc471i && fraction < 0x5db3d7i;
  let wrapped = fraction >= 0x5db3d7i;
  let n = exponent + (bitcast<i32>(a) >> 23u) - 127i + select(0i, 1i, wrapped);
  let bits = (fraction | 0x3f800000i) - select(0i, 0x00800000i, wrapped);
  let m = bitcast<f32>(bits);
  let start = select(1.0f, 1.5f, upper);
  let u = m - start;
  let v = 1.0f / (m + start);
  let s = u * v;
  let s_high = leading(s);
  let sum_high = bitcast<f32>((((bits >> 1u) & -4096i) | 0x20000000i) + 0x00400000i + select(0i, 0x00200000i, upper));
  let sum_low = m - (sum_high - start);
  let s_low = v * ((u - s_high * sum_high) - s_high * sum_low);
  let square = s * s;
  let rest = square * square * (${polynomial('square', logTail)}) + s_low * (s_high + s);
  let square_high = s_high * s_high;
  let t_high = leading(3.0f + square_high + rest);
  let t_low = rest - ((t_high - 3.0f) - square_high);
  let p = s_high * t_high;
  let q = s_low * t_high + t_low * s;
  let p_high = leading(p + q);
  let p_low = q - (p_high - p);
  let z_high = 9.619140625e-1f * p_high;
  let z_low = -1.1736857402e-4f * p_high + p_low * 9.6179670095e-1f + select(0.0f, 1.56322085e-6f, upper);
  let start_high = select(0.0f, 5.84960938e-1f, upper);
  let log_high = leading(((z_high + z_low) + start_high) + f32(n));
  let log_low = z_low - (((log_high - f32(n)) - start_high) - z_high);
  let y_high = leading(y);
  let low = (y - y_high) * log_high + y * log_low;
  let high = y_high * log_high;
  let z = clamp(low + high, -160.0f, 160.0f);
  let whole = floor(z + 0.5f);
  let high_rest = high - whole;
  let w = bitcast<f32>(bitcast<u32>(low + high_rest) & 0xffff8000u);
  let w_high = w * 6.93145752e-1f;
  let w_low = (low - (w - high_rest)) * 6.9314718246e-1f + w * 1.42860654e-6f;
  let x = w_high + w_low;
  let error = w_low - (x - w_high);
  let t = x * x;
  let series = x - t * (${polynomial('t', expTail)});
  let result = 1.0f - ((x * series) / (series - 2.0f) - (error + x * error) - x);
  let scale = i32(whole);
  let half = scale >> 1u;
  let finite = result * bitcast<f32>((half + 127i) << 23u) * bitcast<f32>((scale - half + 127i) << 23u);
  let overflowing = select(finite, float_of_bits(0x7f800000u), low + high > 129.0f);
  return select(overflowing, 0.0f, low + high < -150.0f);
}`,
  [leading, floatOfBits],
);

/** IEEE pow. An exponent of 2^33 gives 0 or infinity for every base that is not 1, so a larger one is held there. */
export const pow = shaderFunction(
  `fn power(x: f32, y: f32) -> f32 {
  let bits = bitcast<u32>(x) & 0x7fffffffu;
  let small = bits < 0x00800000u;
  let normal = bitcast<f32>(select(bits, bitcast<u32>(f32(bits)), small));
  let held = clamp(y, -8589934592.0f, 8589934592.0f);
  let regular = power_of_positive(normal, select(0i, -149i, small), held);
  let at_end = select(0.0f, float_of_bits(0x7f800000u), (bits == 0u) != (y > 0.0f));
  let ends = bits == 0u || bits == 0x7f800000u || is_infinite(y);
  let beyond_one = bits > 0x3f800000u;
  let towards = select(at_end, select(0.0f, float_of_bits(0x7f800000u), beyond_one == (y > 0.0f)), is_infinite(y));
  let magnitude = select(regular, towards, ends);
  let integral = trunc(y) == y;
  let odd = integral && trunc(y * 0.5f) != y * 0.5f;
  let negative = (bitcast<u32>(x) >> 31u) != 0u;
  let signed = select(magnitude, with_sign(magnitude, -1.0f), negative && odd);
  let undefined = (negative && bits != 0u && bits != 0x7f800000u && !integral && !is_infinite(y)) || is_nan(x) || is_nan(y);
  let defined = select(signed, float_of_bits(0x7fc00000u), undefined);
  return select(defined, 1.0f, y == 0.0f || x == 1.0f || (bits == 0x3f800000u && is_infinite(y)));
}`,
  [powerOfPositive, floatOfBits, isInfinite, isNan, withSign],
);

/**
 * C's fmod, exact. Both numbers are multiples of 2^-149 by 24 bits and an exponent: a long division of whole numbers, eight bits at a
 * time. At the end the leading bit goes where a mantissa has it, or as near as the exponent lets it.
 */
export const rem = shaderFunction(
  `fn remainder(x: f32, y: f32) -> f32 {
  let a = bitcast<u32>(x) & 0x7fffffffu;
  let b = bitcast<u32>(y) & 0x7fffffffu;
  if (a >= 0x7f800000u || b > 0x7f800000u || b == 0u) {
    return float_of_bits(0x7fc00000u);
  }
  if (a < b) {
    return x;
  }
  var rest = select(a, (a & 0x007fffffu) | 0x00800000u, a >= 0x00800000u);
  let divisor = select(b, (b & 0x007fffffu) | 0x00800000u, b >= 0x00800000u);
  let low = max(b >> 23u, 1u);
  var steps = max(a >> 23u, 1u) - low;
  rest = rest % divisor;
  loop {
    if (steps == 0u) {
      break;
    }
    let shift = min(steps, 8u);
    rest = (rest << shift) % divisor;
    steps -= shift;
  }
  let lift = min(select(24u, countLeadingZeros(rest) - 8u, rest != 0u), low - 1u);
  let mantissa = rest << lift;
  let exponent = select(0u, (low - lift - 1u) << 23u, rest != 0u);
  return bitcast<f32>((exponent + mantissa) | (bitcast<u32>(x) & 0x80000000u));
}`,
  [floatOfBits],
);
