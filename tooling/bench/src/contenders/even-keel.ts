/** A process that runs one workload with Even Keel: `even-keel.ts <workload> <file of the start> <variant as JSON>`. */
import { readFileSync } from 'node:fs';
import { evenKeelSession } from './even-keel-session.ts';
import { serve } from './serve.ts';

const [name, file, variant] = process.argv.slice(2) as [string, string, string];

await serve(() => evenKeelSession(name, readFileSync(file), JSON.parse(variant)));
