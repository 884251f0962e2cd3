import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sections } from '../src/sections.ts';
import { withSection } from '../src/write-section.ts';

describe.each(sections)('the README of $package', (section) => {
  const path = join(import.meta.dirname, '../../../packages', section.package, 'README.md');

  it('says what the code has beside PyTorch (pnpm parity --write)', () => {
    const readme = readFileSync(path, 'utf8');
    expect(withSection(readme, section)).toBe(readme);
  });

  it.each(section.lists)('explains nothing away that is there: $list.title', ({ list, exports }) => {
    for (const name of [...Object.keys(list.elsewhere), ...Object.keys(list.leftOut)]) {
      expect(list.names).toContain(name);
      expect(exports.has(list.here(name)), `${name} is exported`).toBe(false);
    }
  });
});

it('a README without the section gets it at its end, and one that has it keeps what stands around it', () => {
  const [section] = sections;
  if (!section) throw new Error('no sections');
  const once = withSection('# Title\n', section);
  expect(once.startsWith('# Title\n\n<!-- parity')).toBe(true);
  expect(withSection(`${once}\nmore\n`, section)).toBe(`${once}\nmore\n`);
});
