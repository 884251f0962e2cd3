import { wasm } from '@evenkeel/backend-wasm';
import { describeBackend } from '../../src/index.ts';

const backend = wasm({ wide: () => {} });
describeBackend('wasm, vectors joined', () => backend);
