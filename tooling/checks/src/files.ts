import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const maximumLines = 500;
// A name that says nothing about the content collects everything.
const emptyNames = new Set(['util', 'utils', 'common', 'misc', 'helper', 'helpers']);
const notOurs = ['**/node_modules', '**/dist', '**/.turbo', '**/test-results', '**/generated', 'runs'];

/** Files over 500 lines, and files or folders whose name says nothing. */
export function checkFiles(root: string): string[] {
  const paths = globSync('{packages,apps,tooling,examples}/**/*', { cwd: root, exclude: notOurs, withFileTypes: true });
  return paths.flatMap((entry) => {
    const path = join(entry.parentPath, entry.name);
    const relative = path.slice(root.length + 1);
    const problems: string[] = [];
    const stem = basename(entry.name).split('.')[0] ?? '';
    if (emptyNames.has(stem)) problems.push(`${relative}: name it by what is in it`);
    if (entry.isFile() && /\.(ts|mts|js|mjs)$/.test(entry.name)) {
      const lines = readFileSync(path, 'utf8').trimEnd().split('\n').length;
      if (lines > maximumLines)
        problems.push(`${relative}: ${lines} lines, more than ${maximumLines}; split it by concept`);
    }
    return problems;
  });
}
