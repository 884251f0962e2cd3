import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as optimizers from '@evenkeel/optimizers';
import { runReadme } from '@evenkeel/readme';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');

/** What every example may use without saying where it is from. */
const prelude = `import { cpu } from '@evenkeel/backend-cpu';
import { ${Object.keys(optimizers).join(', ')} } from '@evenkeel/optimizers';
import { Parameter, tensor, useBackend } from '@evenkeel/tensor';
import { ScalingModel } from '${join(root, 'test/support/scaling-model.ts')}';
useBackend(cpu());
const weight = new Parameter(tensor(3));
const [model, other] = [new ScalingModel(3), new ScalingModel(5)];
`;

/** The docstrings of exported classes, by class. */
function classDocstrings(): Map<string, string> {
  const found = new Map<string, string>();
  for (const file of globSync('src/**/*.ts', { cwd: root })) {
    const source = readFileSync(join(root, file), 'utf8');
    for (const [, text = '', name = ''] of source.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*export class (\w+)/g)) {
      found.set(name, text.replaceAll(/^ \* ?/gm, ''));
    }
  }
  return found;
}

test('every public class has an example in its docstring, which runs and prints what it says', async () => {
  const docstrings = classDocstrings();
  const classes = Object.entries(optimizers).filter(([, value]) => /^class\b/.test(String(value)));
  const examples = classes.map(([name]) => {
    const code = /^```ts\n([\s\S]*?)^```$/m.exec(docstrings.get(name) ?? '')?.[1];
    expect(code, `${name} has no example in its docstring`).toBeDefined();
    expect(code, `the example of ${name} says nothing about what it prints`).toContain('// prints ');
    return `\`\`\`ts\n${prelude}${code}\`\`\`\n`;
  });
  const folder = join(root, 'test-results/docstrings');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'examples.md'), examples.join('\n'));
  expect(await runReadme(join(folder, 'examples.md'))).toHaveLength(classes.length);
});
