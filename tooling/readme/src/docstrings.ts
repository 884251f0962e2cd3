import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ReadmeExample, runReadme } from './index.ts';

export interface DocstringsOptions {
  /** The package's folder. */
  root: string;
  /** What the package exports; each class in it must have an example. */
  exports: object;
  /** Whether each function must have one too; default false. */
  functions?: boolean;
  /** What every example may use without saying where it is from. */
  prelude: string;
}

/**
 * Runs the ```` ```ts ```` block in the docstring of every exported class, and of every function if asked to.
 *
 * @throws Error naming what has no example, or one that does not say what it prints (`// prints …`)
 */
export async function runDocstrings(options: DocstringsOptions): Promise<ReadmeExample[]> {
  const { root, exports, functions = false, prelude } = options;
  const docstrings = docstringsOf(root);
  const wanted = Object.entries(exports).filter(([, value]) => {
    return typeof value === 'function' && (functions || /^class\b/.test(String(value)));
  });
  const examples = wanted.map(([name]) => {
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

const DOCUMENTED = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*export (?:abstract |async )?(?:class|function) (\w+)/g;

/** The docstrings of a package's exported classes and functions, by name. */
function docstringsOf(root: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const file of globSync('src/**/*.ts', { cwd: root })) {
    const source = readFileSync(join(root, file), 'utf8');
    for (const [, text = '', name = ''] of source.matchAll(DOCUMENTED)) {
      found.set(name, text.replaceAll(/^ \* ?/gm, ''));
    }
  }
  return found;
}
