import { cpu } from '@evenkeel/backend-cpu';
import { describeBackend } from '../src/index.ts';
import { asynchronous } from './backends/asynchronous.ts';

describeBackend('that prepares asynchronously', () => asynchronous(cpu()));
