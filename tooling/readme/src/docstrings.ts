import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ReadmeExample, runReadme } from './index.ts';

export interface DocstringsOptions {
  /** The package's folder. */
  root: string;
  /** What the package exports; each class in it must have an example. */
  exports: object;
  /** What every example may use without saying where it is from. */
  prelude: string;
}

/**
 * Runs the ```` ```ts ```` block in the docstring of every exported class.
 *
 * @throws Error naming a class without an example, or whose example does not say what it prints (`// prints …`)
 */
export async function runDocstrings({ root, exports, prelude }: DocstringsOptions): Promise<ReadmeExample[]> {
  const docstrings = classDocstrings(root);
  const classes = Object.entries(exports).filter(([, value]) => /^class\b/.test(String(value)));
  const examples = classes.map(([name]) => {
    const code = /^```ts\n([\s\S]*?)^```$/m.exec(docstrings.get(name) ?? '')?.[1];
    if (code === undefined) throw new Error(`${name} has no example in its docstring`);
    if (!code.includes('// prints ')) throw new Error(`the example of ${name} says nothing about what it prints`);
    return `\`\`\`ts\n${prelude}${code}\`\`\`\n`;
  });
  const folder = join(root, 'test-results/docstrings');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'examples.md'), examples.join('\n'));
  return runReadme(join(folder, 'examples.md'));
}

/** The docstrings of a package's exported classes, by class. */
function classDocstrings(root: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const file of globSync('src/**/*.ts', { cwd: root })) {
    const source = readFileSync(join(root, file), 'utf8');
    for (const [, text = '', name = ''] of source.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*export class (\w+)/g)) {
      found.set(name, text.replaceAll(/^ \* ?/gm, ''));
    }
  }
  return found;
}
