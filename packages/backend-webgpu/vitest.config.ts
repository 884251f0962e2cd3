import { unit } from '@evenkeel/vitest-preset';

export default unit(import.meta.dirname);
