export { type AccumulateGradientsOptions, accumulateGradients } from './accumulate-gradients.ts';
export { type AdaptiveClippingOptions, clipAdaptively, clipGradAdaptively } from './adaptive-clipping.ts';
export {
  AveragedModel,
  type AveragedModelOptions,
  type AveragedModelStateDict,
  type AveragedModule,
  type AverageFunction,
  getEmaAvgFn,
} from './averaged-model.ts';
export { AveragedParameters, type AverageStateDict, ExponentialMovingAverage } from './averages.ts';
export { type ClipGradNormOptions, clipGradNorm, clipGradValue } from './clip-grad.ts';
export { Ensemble, type EnsembleMember, type EnsembleOptions } from './ensemble.ts';
export { GradScaler, type GradScalerOptions, type GradScalerStateDict, type ScalableOptimizer } from './grad-scaler.ts';
export type { Hyperparameters } from './hyperparameters.ts';
export { runningAverage, runningSquare } from './moments.ts';
export { noDecayOnNormsAndBiases } from './no-decay.ts';
export { Optimizer, type Recipe } from './optimizer.ts';
export { Adadelta, type AdadeltaOptions, scaleByAdadelta } from './optimizers/adadelta.ts';
export { Adagrad, type AdagradOptions, scaleByAdagrad } from './optimizers/adagrad.ts';
export { Adam, type AdamOptions, AdamW } from './optimizers/adam.ts';
export { Adamax, type AdamaxOptions, scaleByAdamax } from './optimizers/adamax.ts';
export { ASGD, type ASGDOptions, averagedDescent } from './optimizers/asgd.ts';
export { LAMB, type LAMBOptions, scaleByTrustRatio } from './optimizers/lamb.ts';
export { Lion, type LionOptions, scaleByLion } from './optimizers/lion.ts';
export { averagedMomentum, Muon, type MuonOptions, orthogonalize } from './optimizers/muon.ts';
export { NAdam, type NAdamOptions, scaleByNadam } from './optimizers/nadam.ts';
export {
  NormalizedGradientDescent,
  type NormalizedGradientDescentOptions,
} from './optimizers/normalized-gradient-descent.ts';
export { RAdam, type RAdamOptions, scaleByRadam } from './optimizers/radam.ts';
export { RMSprop, type RMSpropOptions, scaleByRms } from './optimizers/rmsprop.ts';
export { Rprop, type RpropOptions, stepBySign } from './optimizers/rprop.ts';
export { SGD, type SGDOptions } from './optimizers/sgd.ts';
export type { ParameterGroup, ParameterGroupOptions, Parameters } from './parameter-group.ts';
export { parametersToVector, vectorToParameters } from './parameter-vector.ts';
export { type DeviceNumbers, type ParameterState, Slot } from './slot.ts';
export type { GroupState, GroupValue, OptimizerStateDict } from './state-dict.ts';
export { chain, perParameter, type Transform, type Update } from './transform.ts';
export { addDecayedWeights } from './transforms/add-decayed-weights.ts';
export { clipByGlobalNorm } from './transforms/clip-by-global-norm.ts';
export { normalizeByGlobalNorm } from './transforms/normalize-by-global-norm.ts';
export { addL1Penalty, addL2Penalty } from './transforms/penalties.ts';
export { scaleByAdam } from './transforms/scale-by-adam.ts';
export { scaleByLearningRate } from './transforms/scale-by-learning-rate.ts';
export { type TraceOptions, trace } from './transforms/trace.ts';
export { type ModuleWithStatistics, type UpdateBatchNormOptions, updateBatchNorm } from './update-batch-norm.ts';
