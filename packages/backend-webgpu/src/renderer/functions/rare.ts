export { atan } from './arc-tangent.ts';
export { pow, rem } from './power.ts';
