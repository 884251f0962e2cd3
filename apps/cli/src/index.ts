export type { Console } from './console.ts';
export { EXIT, type ExitCode } from './exit-codes.ts';
export { run } from './run.ts';
