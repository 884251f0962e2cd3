import { cpu } from '@evenkeel/backend-cpu';
import { describeBackend } from '../src/index.ts';

describeBackend('cpu', () => cpu());
