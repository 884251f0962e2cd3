export { Graph } from './graph/graph.ts';
export type { AppliedValue, Body, InputValue, OutcomeValue, Value } from './graph/value.ts';
export { lower } from './lowering/lower.ts';
export { extentOf, firstElement, type Operand } from './lowering/operand.ts';
export type { Operations } from './operations.ts';
export { type Place, type Plan, type PlanOptions, planProgram } from './plan/plan.ts';
export { repeating } from './plan/repetition.ts';
export type { GradientContext, Lowering, None, Primitive, Spec, ViewLayout } from './primitive.ts';
export { type AttributesOf, type OperationName, primitives } from './primitives/table.ts';
