import { browser } from '@evenkeel/vitest-preset/browser';

export default browser(import.meta.dirname);
