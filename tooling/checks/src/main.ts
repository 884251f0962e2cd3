import { join } from 'node:path';
import { browserTests } from './browser.ts';
import { checkFiles } from './files.ts';
import { Gates } from './gates.ts';
import { checkImports } from './imports.ts';
import { checkLockfile } from './lockfile.ts';
import { clearResults, readResults } from './vitest-results.ts';
import { workspacePackages } from './workspace.ts';

/** `npm test`: everything that must hold, ending with one line `N passed, N failed`. */
const root = join(import.meta.dirname, '..', '..', '..');
const packages = workspacePackages(root);
const gates = new Gates(root);

gates.call('file names and lengths', () => checkFiles(root));
gates.call('sources import only what is installed with them', () => checkImports(root));
gates.call('lockfile holds every platform', () => checkLockfile(root));
await gates.run('lint and format', 'biome', ['ci']);
await gates.run('layering', 'turbo', ['boundaries']);
const isBuilt = await gates.run('build', 'turbo', turbo('build'));
await gates.run('types', 'turbo', turbo('typecheck'));
await gates.run('unused code and dependencies', 'knip', []);
if (isBuilt) await gates.run('packages as published', 'turbo', turbo('check:package'));
else gates.fail('packages as published', 'not checked, the build failed');
await gates.run('size budgets', process.execPath, ['tooling/size/src/main.ts']);

clearResults(root, packages);
const results = [await runTests('unit, conformance, golden and command-line tests', 'test')];
const browser = browserTests(root);
if (!browser.missing) {
  results.push(await runTests('browser tests', 'test:browser'));
} else if (process.env.REQUIRE_BROWSER) {
  gates.fail('browser tests', browser.missing);
} else if (browser.files.length > 0) {
  console.log(`- browser tests left out, ${browser.missing}:\n  ${browser.files.join('\n  ')}`);
}

const count = (kind: 'passed' | 'failed' | 'skipped') => results.reduce((sum, result) => sum + result[kind], 0);
if (count('skipped') > 0) console.log(`${count('skipped')} tests skipped themselves; their output says why`);
for (const name of gates.failures) console.log(`failed: ${name}`);
const failed = count('failed') + gates.failures.length;
console.log(`${count('passed') + gates.passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

async function runTests(name: string, script: 'test' | 'test:browser') {
  const isGood = await gates.show(name, 'turbo', turbo(script));
  const counts = readResults(root, packages, script);
  for (const run of counts.broken) gates.fail(run, 'the run broke outside any test');
  if (!isGood && counts.failed + counts.broken.length === 0) gates.fail(name, 'turbo itself failed');
  return counts;
}

function turbo(task: string): string[] {
  // One browser at a time: pages train on all cores, and their tests wait for frames.
  const concurrency = task === 'test:browser' ? ['--concurrency=1'] : [];
  return ['run', task, '--continue', '--output-logs=errors-only', '--log-prefix=none', '--ui=stream', ...concurrency];
}
