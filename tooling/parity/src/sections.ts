import * as nnLayers from '@evenkeel/nn-layers';
import * as optimizersPackage from '@evenkeel/optimizers';
import * as schedulersPackage from '@evenkeel/schedulers';
import { functions, initializers, modules, utilities } from './lists/nn.ts';
import { averaging, optimizers, schedules } from './lists/optim.ts';
import type { TorchList } from './lists/torch-list.ts';

/** What a package's README says beside PyTorch. */
export interface Section {
  readonly package: string;
  readonly lists: readonly { readonly list: TorchList; readonly exports: ReadonlySet<string> }[];
}

const named = (exports: object): ReadonlySet<string> => new Set(Object.keys(exports));

export const sections: readonly Section[] = [
  {
    package: 'nn-layers',
    lists: [
      { list: modules, exports: named(nnLayers) },
      { list: functions, exports: named(nnLayers) },
      { list: initializers, exports: named(nnLayers.init) },
      { list: utilities, exports: named(nnLayers) },
    ],
  },
  {
    package: 'optimizers',
    lists: [
      { list: optimizers, exports: named(optimizersPackage) },
      { list: averaging, exports: named(optimizersPackage) },
    ],
  },
  { package: 'schedulers', lists: [{ list: schedules, exports: named(schedulersPackage) }] },
];
