import { unit } from '@evenkeel/vitest-preset';

const { test, ...rest } = unit(import.meta.dirname);

// Node drives the browser here: the pages under test have no test runner in them.
export default {
  ...rest,
  test: {
    ...test,
    name: '@evenkeel/bench (page)',
    include: ['test/browser/**/*.test.ts'],
    exclude: ['**/node_modules/**'],
    outputFile: { json: 'test-results/browser.json' },
  },
};
