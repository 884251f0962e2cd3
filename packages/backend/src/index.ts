export * from './backend.ts';
export * from './dtype.ts';
export * from './expression.ts';
export * from './kernel.ts';
export * from './linear.ts';
export * from './print.ts';
export * from './program.ts';
export * from './shape.ts';
