import {
  binaryOperation,
  extractOperation,
  loadLaneOperation,
  loadOperation,
  replaceOperation,
  shiftOperation,
  shuffle,
  simd,
  storeLaneOperation,
  storeOperation,
  ternaryOperation,
  unaryOperation,
} from './operation.ts';

const unary = (number: number) => unaryOperation<'v128', 'v128'>('v128', simd(number));
const binary = (number: number) => binaryOperation<'v128', 'v128'>('v128', simd(number));
const ternary = (number: number) => ternaryOperation('v128', simd(number));
const shift = (number: number) => shiftOperation(simd(number));
const load = (number: number) => loadOperation('v128', simd(number));

export const v128 = {
  load: load(0),
  load32Splat: load(9),
  load32Zero: load(92),
  load64Zero: load(93),
  load32Lane: loadLaneOperation(simd(86)),
  store: storeOperation<'v128'>(simd(11)),
  store32Lane: storeLaneOperation(simd(90)),
  store64Lane: storeLaneOperation(simd(91)),
  shuffle,
  not: unary(77),
  and: binary(78),
  /** a and not b */
  andnot: binary(79),
  or: binary(80),
  xor: binary(81),
  /** a where the mask has ones, b elsewhere. */
  bitselect: ternary(82),
  anyTrue: unaryOperation<'v128', 'i32'>('i32', simd(83)),
};

export const i32x4 = {
  splat: unaryOperation<'i32', 'v128'>('v128', simd(17)),
  extract: extractOperation('i32', simd(27)),
  replace: replaceOperation<'i32'>(simd(28)),
  eq: binary(55),
  ne: binary(56),
  ltS: binary(57),
  ltU: binary(58),
  gtS: binary(59),
  gtU: binary(60),
  leS: binary(61),
  leU: binary(62),
  geS: binary(63),
  geU: binary(64),
  abs: unary(160),
  neg: unary(161),
  allTrue: unaryOperation<'v128', 'i32'>('i32', simd(163)),
  shl: shift(171),
  shrS: shift(172),
  shrU: shift(173),
  add: binary(174),
  sub: binary(177),
  mul: binary(181),
  minS: binary(182),
  minU: binary(183),
  maxS: binary(184),
  maxU: binary(185),
  /** Saturating; NaN gives 0. */
  truncF32x4S: unary(248),
  truncF32x4U: unary(249),
  truncF64x2SZero: unary(252),
  truncF64x2UZero: unary(253),
  /** a where the mask's lane is all ones, b where it is all zeros; relaxed SIMD. */
  relaxedLaneselect: ternary(0x10b),
};

export const i64x2 = {
  splat: unaryOperation<'i32', 'v128'>('v128', simd(18)),
  shl: shift(203),
  shrU: shift(205),
  add: binary(206),
  sub: binary(209),
  extmulLowU: binary(222),
  extmulHighU: binary(223),
};

export const f32x4 = {
  splat: unaryOperation<'f32', 'v128'>('v128', simd(19)),
  eq: binary(65),
  ne: binary(66),
  lt: binary(67),
  gt: binary(68),
  le: binary(69),
  ge: binary(70),
  ceil: unary(103),
  floor: unary(104),
  trunc: unary(105),
  nearest: unary(106),
  abs: unary(224),
  neg: unary(225),
  sqrt: unary(227),
  add: binary(228),
  sub: binary(229),
  mul: binary(230),
  div: binary(231),
  min: binary(232),
  max: binary(233),
  /** b < a ? b : a, which keeps a NaN in a only. */
  pmin: binary(234),
  /** a < b ? b : a, which keeps a NaN in a only. */
  pmax: binary(235),
  convertI32x4S: unary(250),
  convertI32x4U: unary(251),
  demoteF64x2Zero: unary(94),
  relaxedMadd: ternary(0x105),
  relaxedNmadd: ternary(0x106),
};

export const f64x2 = {
  splat: unaryOperation<'f64', 'v128'>('v128', simd(20)),
  replace: replaceOperation<'f64'>(simd(34)),
  eq: binary(71),
  ne: binary(72),
  lt: binary(73),
  gt: binary(74),
  ge: binary(76),
  trunc: unary(122),
  floor: unary(117),
  nearest: unary(148),
  abs: unary(236),
  neg: unary(237),
  add: binary(240),
  sub: binary(241),
  mul: binary(242),
  div: binary(243),
  pmin: binary(246),
  pmax: binary(247),
  promoteLowF32x4: unary(95),
  convertLowI32x4S: unary(254),
  convertLowI32x4U: unary(255),
};
