export { chainedScheduler } from './chained.ts';
export { type ConstantLROptions, type ConstantOptions, constant, constantLR } from './constant.ts';
export {
  type CosineAnnealingLROptions,
  type CosineAnnealingWarmRestartsOptions,
  cosineAnnealingLR,
  cosineAnnealingWarmRestarts,
} from './cosine.ts';
export { createSchedule, type ScheduleConfig, scheduleNames } from './create-schedule.ts';
export { type CyclicLROptions, cyclicLR } from './cyclic.ts';
export { type ExponentialLROptions, exponentialLR } from './exponential.ts';
export { type InverseSqrtLROptions, inverseSqrtLR, type NoamLROptions, noamLR } from './inverse-sqrt.ts';
export { type LambdaLROptions, lambdaLR, multiplicativeLR } from './lambda.ts';
export { type LinearLROptions, linearLR } from './linear.ts';
export { type OneCycleLROptions, oneCycleLR } from './one-cycle.ts';
export { type PerEpochOptions, perEpoch } from './per-epoch.ts';
export { type PolynomialLROptions, polynomialLR } from './polynomial.ts';
export { type PlateauState, ReduceLROnPlateau, type ReduceLROnPlateauOptions } from './reduce-on-plateau.ts';
export type { Chain, Rate, Schedule } from './schedule.ts';
export { sequentialLR } from './sequential.ts';
export { type MultiStepLROptions, multiStepLR, type StepLROptions, stepLR } from './step.ts';
export { type WarmupCosineOptions, type WarmupOptions, warmup, warmupCosine } from './warmup.ts';
export { type WSDOptions, wsd } from './wsd.ts';
