import * as library from '@evenkeel/tensor';
import type { Program } from './workloads/index.ts';

type Step = Program['step'];

/** The library's `compile`, or nothing as long as it has none. */
export const compile = (library as { compile?: (step: Step) => Step }).compile;
