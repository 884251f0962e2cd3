import { type EntryPoint, entryPoints } from './entry-points.ts';
import { raised } from './lists/errors.ts';
import { saving } from './lists/files.ts';
import { exampleModels, tutorialModels, visionModels } from './lists/models.ts';
import { functions, initializers, modules, utilities } from './lists/nn.ts';
import { averaging, optimizers, schedules } from './lists/optim.ts';
import { differentiation, functionTransforms, linearAlgebra, specialFunctions } from './lists/tensor.ts';
import { torchModules } from './lists/torch.ts';
import type { TorchList } from './lists/torch-list.ts';

/** What a README says beside PyTorch. */
export interface Section {
  /** The README's folder. */
  readonly folder: string;
  /** Comes before the lists; where PyTorch has nothing to list, it is all there is, and says why. */
  readonly says?: string;
  readonly lists: readonly { readonly list: TorchList; readonly exports: ReadonlySet<string> }[];
}

const against = (entryPoint: EntryPoint, ...lists: TorchList[]): Section['lists'] =>
  lists.map((list) => ({ list, exports: entryPoints[entryPoint] }));

const nothing = (folder: string, says: string): Section => ({ folder, says, lists: [] });

export const sections: readonly Section[] = [
  {
    folder: 'packages/tensor',
    says: '[Tensor functions](../../docs/tensor-functions.md) lists `torch` and `torch.Tensor`; these are its submodules.',
    lists: against('@evenkeel/tensor', differentiation, functionTransforms, linearAlgebra, specialFunctions),
  },
  {
    folder: 'packages/nn-layers',
    lists: [
      ...against('@evenkeel/nn-layers', modules, functions),
      ...against('@evenkeel/nn-layers init', initializers),
      ...against('@evenkeel/nn-layers', utilities),
    ],
  },
  { folder: 'packages/optimizers', lists: against('@evenkeel/optimizers', optimizers, averaging) },
  { folder: 'packages/schedulers', lists: against('@evenkeel/schedulers', schedules) },
  { folder: 'packages/models', lists: against('@evenkeel/models', visionModels, exampleModels, tutorialModels) },
  { folder: 'packages/formats', lists: against('@evenkeel/formats', saving) },
  { folder: 'packages/errors', lists: against('@evenkeel/errors', raised) },
  nothing('packages/trainer', 'PyTorch has no training loop to list: its tutorials write one by hand.'),
  nothing(
    'packages/compiler',
    'PyTorch has nothing public to list: the operators behind `torch.compile` are its own intermediate language.',
  ),
  nothing(
    'packages/backend',
    'PyTorch has nothing public to list: its kernels are C++ functions, registered one for each operation and device.',
  ),
  nothing(
    'packages/backend-cpu',
    'PyTorch has nothing to list: its device `cpu` is built in and has no reference beside it.',
  ),
  nothing('packages/backend-wasm', 'PyTorch has nothing to list: it has no device for WebAssembly.'),
  nothing('packages/backend-webgpu', 'PyTorch has nothing to list: it has no device for WebGPU.'),
  nothing(
    'packages/backend-null',
    'PyTorch has nothing to list: its device `meta` has shapes without data, as this one, but counts nothing.',
  ),
  {
    folder: 'tooling/parity',
    says: 'Where each page of the reference is held against the code, or why none is.',
    lists: [{ list: torchModules, exports: new Set() }],
  },
];
