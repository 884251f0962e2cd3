import type { Expression } from '@evenkeel/backend';
import { Late } from '../late.ts';
import type { ShaderFunction } from './functions/shader-function.ts';

const powers = new Late(() => import('./functions/power.ts'));
const waves = new Late(() => import('./functions/trigonometry.ts'));

/** Functions of float32 whose texts are long and that few programs have. */
const sources = { pow: powers, rem: powers, sin: waves, cos: waves, atan: waves };

export type LateFunction = keyof typeof sources;

/** What has to be loaded before an expression's own operation can be written. */
export function lateSourceOf(e: Expression): Late<unknown> | undefined {
  const isOfFloats = (e.kind === 'unary' || e.kind === 'binary') && e.a.dtype === 'float32';
  return isOfFloats ? sources[e.fn as LateFunction] : undefined;
}

export function lateFunction(fn: LateFunction): ShaderFunction {
  return (sources[fn].value as Partial<Record<LateFunction, ShaderFunction>>)[fn] as ShaderFunction;
}
