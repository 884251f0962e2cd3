import { webgpu } from '@evenkeel/backend-webgpu';
import { describeBackend } from '../../src/index.ts';

// A share of the suite that the command runs in Node, through a page's own WebGPU: what differs is who makes shaders of the text.
const backend = await webgpu();
describeBackend('webgpu in a page', () => backend, { oneOf: 40 });
