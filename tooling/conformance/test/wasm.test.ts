import { wasm } from '@evenkeel/backend-wasm';
import { describeBackend } from '../src/index.ts';

describeBackend('wasm', () => wasm());
