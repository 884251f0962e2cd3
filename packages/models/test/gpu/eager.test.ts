import { describeSteps } from '../support/webgpu.ts';

describeSteps('each of three eager steps on webgpu, from where the oracle was', (step) => step);
