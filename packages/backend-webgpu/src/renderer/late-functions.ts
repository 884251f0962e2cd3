import type { Expression } from '@evenkeel/backend';
import { Late } from '../late.ts';
import type { ShaderFunction } from './functions/shader-function.ts';

const rare = new Late(() => import('./functions/rare.ts'));

/** Functions of float32 whose texts are long and that few programs have. */
export type RareFunction = 'pow' | 'rem' | 'atan';

/** What has to be loaded before an expression's own operation can be written. */
export function lateSourceOf(e: Expression): Late<unknown> | undefined {
  const isOfFloats = (e.kind === 'unary' || e.kind === 'binary') && e.a.dtype === 'float32';
  return isOfFloats && /^(pow|rem|atan)$/.test(e.fn) ? rare : undefined;
}

export function rareFunction(fn: RareFunction): ShaderFunction {
  return rare.value[fn];
}
