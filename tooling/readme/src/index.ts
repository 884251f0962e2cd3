import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { format } from 'node:util';

/** One ```` ```ts ```` block of a README and the lines it printed. */
export interface ReadmeExample {
  code: string;
  printed: string[];
}

/**
 * Runs every ```` ```ts ```` block of the README at `path`, each as a module of its own inside the README's folder.
 *
 * What a block says it prints must be what it prints: `console.log(rate); // prints 0.05`. Where a block has such a
 * comment, they must together be its whole output.
 */
export async function runReadme(path: string): Promise<ReadmeExample[]> {
  const blocks = [...readFileSync(path, 'utf8').matchAll(/^```ts\n(.*?)^```$/gms)].map((match) => match[1] ?? '');
  if (blocks.length === 0) throw new Error(`${path} has no \`\`\`ts block to run`);
  // Inside the package, so that imports resolve as a user's would; git ignores test-results.
  const results = join(dirname(path), 'test-results');
  mkdirSync(results, { recursive: true });
  const folder = mkdtempSync(join(results, 'readme-'));
  try {
    const examples: ReadmeExample[] = [];
    for (const [index, code] of blocks.entries()) {
      const file = join(folder, `block-${index + 1}.ts`);
      writeFileSync(file, code);
      examples.push({ code, printed: await printedBy(() => import(/* @vite-ignore */ pathToFileURL(file).href)) });
    }
    for (const example of examples) checkPrinted(example, relative(process.cwd(), path));
    return examples;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function printedBy(run: () => Promise<unknown>): Promise<string[]> {
  const { log } = console;
  const printed: string[] = [];
  console.log = (...values: unknown[]) => void printed.push(...format(...values).split('\n'));
  try {
    await run();
  } finally {
    console.log = log;
  }
  return printed;
}

function checkPrinted({ code, printed }: ReadmeExample, path: string): void {
  const promised = [...code.matchAll(/\/\/ prints (.*)$/gm)].map((match) => match[1]?.trimEnd());
  if (promised.length === 0 || promised.join('\n') === printed.join('\n')) return;
  throw new Error(`${path} promises\n${promised.join('\n')}\nbut its example prints\n${printed.join('\n')}`);
}
