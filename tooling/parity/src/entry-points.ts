import * as backendNull from '@evenkeel/backend-null';
import * as data from '@evenkeel/data';
import * as errors from '@evenkeel/errors';
import * as formats from '@evenkeel/formats';
import * as formatsNode from '@evenkeel/formats/node';
import * as models from '@evenkeel/models';
import * as nnLayers from '@evenkeel/nn-layers';
import * as optimizers from '@evenkeel/optimizers';
import * as schedulers from '@evenkeel/schedulers';
import * as tensor from '@evenkeel/tensor';
import * as trainer from '@evenkeel/trainer';

const named = (exports: object): ReadonlySet<string> => new Set(Object.keys(exports));

/** What the lists are held against, or point to: the names that each entry point exports. */
export const entryPoints = {
  '@evenkeel/backend-null': named(backendNull),
  '@evenkeel/data': named(data),
  '@evenkeel/errors': named(errors),
  '@evenkeel/formats': named(formats),
  '@evenkeel/formats/node': named(formatsNode),
  '@evenkeel/models': named(models),
  '@evenkeel/nn-layers': named(nnLayers),
  '@evenkeel/nn-layers init': named(nnLayers.init),
  '@evenkeel/optimizers': named(optimizers),
  '@evenkeel/schedulers': named(schedulers),
  '@evenkeel/tensor': named(tensor),
  '@evenkeel/trainer': named(trainer),
};

export type EntryPoint = keyof typeof entryPoints;
