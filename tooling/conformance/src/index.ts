export type { Aspect, Bench, Check } from './checks/check.ts';
export { type DescribeOptions, describeBackend } from './describe-backend.ts';
export { type Failure, type GroupResult, runChecks } from './run-checks.ts';
export { divide, type Skipped, type Skips } from './skips.ts';
export { checksFor, type SuiteOptions } from './suite.ts';
