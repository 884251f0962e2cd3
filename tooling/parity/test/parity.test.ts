import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type EntryPoint, entryPoints } from '../src/entry-points.ts';
import { sections } from '../src/sections.ts';
import { withSection } from '../src/write-section.ts';

const root = join(import.meta.dirname, '../../..');
const packages = readdirSync(join(root, 'packages'));

it.each(packages)('the README of %s says what it has beside PyTorch, or that there is nothing to list', (name) => {
  expect(readFileSync(join(root, 'packages', name, 'README.md'), 'utf8')).toContain('\n## Beside PyTorch\n');
});

describe.each(sections)('the README of $folder', ({ folder, ...section }) => {
  const path = join(root, folder, 'README.md');

  it('says what the code has beside PyTorch (pnpm parity --write)', () => {
    const readme = readFileSync(path, 'utf8');
    expect(withSection(readme, { folder, ...section })).toBe(readme);
  });

  it('has lists, or says why there are none', () => {
    expect(section.lists.length > 0 || section.says?.startsWith('PyTorch has ')).toBe(true);
  });

  for (const { list, exports } of section.lists) {
    it(`explains nothing away that is there: ${list.title}`, () => {
      for (const name of [...Object.keys(list.elsewhere), ...Object.keys(list.leftOut)]) {
        expect(list.names).toContain(name);
        expect(exports.has(list.here(name)), `${name} is exported`).toBe(false);
      }
    });

    it(`points to nothing that is not there: ${list.title}`, () => {
      for (const [name, instead] of Object.entries(list.elsewhere)) {
        for (const { pointsTo, entryPoint } of pointers(instead)) {
          const names = entryPoint === undefined ? exports : entryPoints[entryPoint as EntryPoint];
          expect(names?.has(pointsTo), `${pointsTo}, which stands for ${name}`).toBe(true);
        }
        for (const [, link] of instead.matchAll(/\]\(([^)]+)\)/g)) {
          expect(existsSync(join(root, folder, String(link))), `${link}, which stands for ${name}`).toBe(true);
        }
      }
    });
  }
});

/** The names in an explanation: `name` is the section's own, `name` of `@evenkeel/other` another's. */
function pointers(instead: string): { pointsTo: string; entryPoint: string | undefined }[] {
  const found = instead.matchAll(/`(?:new )?(\w+)[^`]*`(?: of `(@evenkeel\/[\w/-]+)`)?/g);
  return Array.from(found, ([, pointsTo = '', entryPoint]) => ({ pointsTo, entryPoint }));
}

it('a README without the section gets it at its end, and one that has it keeps what stands around it', () => {
  const [section] = sections;
  if (!section) throw new Error('no sections');
  const once = withSection('# Title\n', section);
  expect(once.startsWith('# Title\n\n<!-- parity')).toBe(true);
  expect(withSection(`${once}\nmore\n`, section)).toBe(`${once}\nmore\n`);
});
