export { pow, rem } from './power.ts';
export { atan, cos, sin } from './trigonometry.ts';
