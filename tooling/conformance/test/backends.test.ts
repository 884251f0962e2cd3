import { backends } from '../src/backends.ts';
import { describeBackend } from '../src/index.ts';

for (const [name, { make, skips }] of Object.entries(backends)) describeBackend(name, make, { skips });
