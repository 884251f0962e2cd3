import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sections } from './sections.ts';
import { withSection } from './write-section.ts';

/** Says which READMEs do not show what the code has beside PyTorch; `--write` brings them up to date. */
const root = join(import.meta.dirname, '..', '..', '..');
const outOfDate: string[] = [];
for (const section of sections) {
  const path = join(root, section.folder, 'README.md');
  const readme = readFileSync(path, 'utf8');
  const current = withSection(readme, section);
  if (current === readme) continue;
  outOfDate.push(`${section.folder}/README.md`);
  if (process.argv.includes('--write')) writeFileSync(path, current);
}
const what = process.argv.includes('--write') ? 'written' : 'out of date (pnpm parity --write)';
console.log(outOfDate.length > 0 ? `${what}: ${outOfDate.join(', ')}` : 'every README is up to date');
if (outOfDate.length > 0 && !process.argv.includes('--write')) process.exitCode = 1;
