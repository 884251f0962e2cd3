import type { OperationTable } from '../program/operation.ts';
import { activations } from './activations.ts';
import { contraction } from './contraction.ts';
import { creation } from './creation.ts';
import { indexing } from './indexing.ts';
import { initializerNumbers } from './initializers.ts';
import { layers } from './layers.ts';
import { lossOperations } from './losses.ts';
import { movement } from './movement.ts';
import { normalization } from './normalization.ts';
import { pointwise } from './pointwise.ts';
import { reductions } from './reductions.ts';

/** Every function of PyTorch that a program may call, under its qualified name. */
export const operations: OperationTable = {
  ...activations,
  ...contraction,
  ...creation,
  ...indexing,
  ...initializerNumbers,
  ...layers,
  ...lossOperations,
  ...movement,
  ...normalization,
  ...pointwise,
  ...reductions,
};
