import { camelCase, type TorchList, words } from './torch-list.ts';

export const optimizers: TorchList = {
  title: 'Optimizers (`torch.optim`)',
  names: words('Adadelta Adafactor Adagrad Adam AdamW SparseAdam Adamax ASGD LBFGS Muon NAdam RAdam RMSprop Rprop SGD'),
  here: (name) => name,
  elsewhere: {},
  leftOut: {
    SparseAdam: 'there are no sparse tensors',
    LBFGS: 'needs to evaluate the loss many times a step; for fitting, not for training networks',
    Adafactor: 'for models beyond the memory of one device',
  },
};

export const averaging: TorchList = {
  title: 'Averaging (`torch.optim.swa_utils`)',
  names: words('AveragedModel SWALR update_bn'),
  here: camelCase,
  elsewhere: {
    SWALR: '`sequentialLR` of `@evenkeel/schedulers` with a linear and a constant part',
    update_bn: '`updateBatchNorm`',
  },
  leftOut: {},
};

export const schedules: TorchList = {
  title: 'Schedules (`torch.optim.lr_scheduler`)',
  names: words(`
    LambdaLR MultiplicativeLR StepLR MultiStepLR ConstantLR LinearLR ExponentialLR PolynomialLR CosineAnnealingLR
    ChainedScheduler SequentialLR ReduceLROnPlateau CyclicLR OneCycleLR CosineAnnealingWarmRestarts`),
  here: (name) => (name === 'ReduceLROnPlateau' ? name : name[0]?.toLowerCase() + name.slice(1)),
  elsewhere: {},
  leftOut: {},
};
