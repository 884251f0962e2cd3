import { wasm } from '@evenkeel/backend-wasm';
import { describeBackend } from '../../src/index.ts';

// The suite of `pnpm conformance`, in a page: the browser's engine compiles the same bytes, but it is not Node's.
describeBackend('wasm in a page', () => wasm());
describeBackend('wasm in a page, without relaxed SIMD', () => wasm({ relaxed: false }));
