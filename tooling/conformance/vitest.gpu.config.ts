import { gpu } from '@evenkeel/vitest-preset';

export default gpu(import.meta.dirname);
