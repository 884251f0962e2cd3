export { collapse } from './lowering/collapse.ts';
export { lower, takesNumber } from './lowering/lower.ts';
export { extentOf, firstElement, type Operand } from './lowering/operand.ts';
export type { Operations } from './operations.ts';
export { philox } from './philox.ts';
export type { GradientContext, Lowering, None, Primitive, Spec, ViewLayout } from './primitive.ts';
export { type AttributesOf, type OperationName, primitives } from './primitives/index.ts';
