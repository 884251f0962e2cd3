export { FunctionBuilder } from './function-builder.ts';
export { ModuleBuilder } from './module-builder.ts';
export { f32, i32, i64, select } from './scalar-operations.ts';
export { type Integer, Local, Value } from './value.ts';
export { f32x4, f64x2, i32x4, i64x2, v128 } from './vector-operations.ts';
