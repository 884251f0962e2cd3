import { unit } from '@evenkeel/vitest-preset';

const { test, ...rest } = unit(import.meta.dirname);

// Node drives the browser here, as a visitor would: the page under test is the built site, with no test runner in it.
export default {
  ...rest,
  test: {
    ...test,
    name: '@evenkeel/playground (page)',
    include: ['test/browser/**/*.test.ts'],
    exclude: ['**/node_modules/**'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Where cores are slow a page that trains answers late.
    expect: { poll: { timeout: 30_000 } },
    outputFile: { json: 'test-results/browser.json' },
  },
};
