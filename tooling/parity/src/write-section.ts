import type { TorchList } from './lists/torch-list.ts';
import type { Section } from './sections.ts';

const start = '<!-- parity: written by `pnpm parity --write` -->';
const end = '<!-- end of parity -->';

/** A README with its section "Beside PyTorch" as the code is now; put at the end where there was none. */
export function withSection(readme: string, section: Section): string {
  const says = section.says ? [`${section.says}\n`] : [];
  const lists = section.lists.map(({ list, exports }) => describe(list, exports));
  const text = `${start}\n## Beside PyTorch\n\n${[...says, ...lists].join('\n')}${end}`;
  const from = readme.indexOf(start);
  if (from === -1) return `${readme.trimEnd()}\n\n${text}\n`;
  return readme.slice(0, from) + text + readme.slice(readme.indexOf(end) + end.length);
}

function describe(list: TorchList, exports: ReadonlySet<string>): string {
  const here = list.names.filter((name) => exports.has(list.here(name)));
  const missing = list.names.filter((name) => !exports.has(list.here(name)));
  const explained = Map.groupBy(missing, (name) => {
    const why = list.leftOut[name];
    return list.elsewhere[name] ?? (why ? `left out: ${why}` : 'not yet');
  });
  const rows = [...explained].map(([what, names]) => `| ${names.map((name) => `\`${name}\``).join(' ')} | ${what} |`);
  const names = here.map((name) => `\`${list.here(name)}\``).join(' ');
  const found = names ? `${here.length} of ${list.names.length} under PyTorch's name: ${names}\n` : '';
  const table = rows.length > 0 ? `| PyTorch | here |\n|---|---|\n${rows.join('\n')}\n` : '';
  return `### ${list.title}\n\n${[found, table].filter(Boolean).join('\n')}`;
}
