import type { TorchList } from './lists/torch-list.ts';
import type { Section } from './sections.ts';

const start = '<!-- parity: written by `pnpm parity --write` -->';
const end = '<!-- end of parity -->';

/** A README with its section "Beside PyTorch" as the code is now; put at the end where there was none. */
export function withSection(readme: string, section: Section): string {
  const text = `${start}\n## Beside PyTorch\n\n${section.lists.map(({ list, exports }) => describe(list, exports)).join('\n')}${end}`;
  const from = readme.indexOf(start);
  if (from === -1) return `${readme.trimEnd()}\n\n${text}\n`;
  return readme.slice(0, from) + text + readme.slice(readme.indexOf(end) + end.length);
}

function describe(list: TorchList, exports: ReadonlySet<string>): string {
  const here = list.names.filter((name) => exports.has(list.here(name)));
  const missing = list.names.filter((name) => !exports.has(list.here(name)));
  const rows = missing.map((name) => {
    const instead = list.elsewhere[name];
    const why = list.leftOut[name];
    return `| \`${name}\` | ${instead ?? (why ? `left out: ${why}` : 'not yet')} |`;
  });
  const count = `${here.length} of ${list.names.length} under PyTorch's name`;
  const names = here.map((name) => `\`${list.here(name)}\``).join(' ');
  const table = rows.length > 0 ? `\n| PyTorch | here |\n|---|---|\n${rows.join('\n')}\n` : '';
  return `### ${list.title}\n\n${count}: ${names}\n${table}`;
}
