import { unit } from '@evenkeel/vitest-preset';

const { test, ...rest } = unit(import.meta.dirname);

// Node drives the browser here: the page under test has no test runner in it.
export default {
  ...rest,
  test: {
    ...test,
    name: '@evenkeel/size (page)',
    include: ['test/browser/**/*.test.ts'],
    exclude: ['**/node_modules/**'],
    outputFile: { json: 'test-results/browser.json' },
  },
};
