import { indexOfTorch, leftOut, otherWords } from './index-of-torch.ts';

export interface Inventory {
  /** What the package exports. */
  readonly functions: ReadonlySet<string>;
  /** The properties of every tensor. */
  readonly properties: ReadonlySet<string>;
  /** Its methods, as the package comes. */
  readonly methods: ReadonlySet<string>;
  /** Its methods after `import '@evenkeel/tensor/methods'`. */
  readonly allMethods: ReadonlySet<string>;
}

const words = (text: string) => text.split(/\s+/).filter(Boolean);
const camel = (name: string) => name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
const ours = (name: string) => otherWords[name] ?? camel(name);

/** Names of PyTorch's index that neither exist here nor are said to be left out, and those said so that do exist. */
export function contradictions(inventory: Inventory): { missing: string[]; existing: string[]; unknown: string[] } {
  const out = new Set(Object.values(leftOut).flatMap(words));
  const all = Object.values(indexOfTorch).flatMap(words);
  return {
    missing: all.filter((name) => !out.has(name) && !exists(name, inventory)),
    existing: all.filter((name) => out.has(name) && exists(name, inventory)),
    unknown: [...out].filter((name) => !all.includes(name)),
  };
}

/** The page docs/tensor-functions.md. */
export function describeFunctions(inventory: Inventory): string {
  const out = new Set(Object.values(leftOut).flatMap(words));
  const known = new Set(Object.values(indexOfTorch).flatMap(words).map(ours));
  known.add('var');
  const sections = Object.entries(indexOfTorch).map(([title, text]) => {
    const rows = words(text)
      .filter((name) => !out.has(name))
      .map((name) => row(name, inventory));
    return rows.length === 0
      ? ''
      : `## ${title}\n\n| PyTorch | function | method |\n|---|---|---|\n${rows.join('\n')}\n`;
  });
  const own = [...inventory.functions].filter((name) => !known.has(name)).sort();
  const reasons = Object.entries(leftOut).map(
    ([reason, text]) =>
      `- **${reason}** ${words(text)
        .map((name) => `\`${name}\``)
        .join(', ')}`,
  );
  return `# Tensor functions

PyTorch 2's index of \`torch.*\` and \`torch.Tensor.*\` beside what \`@evenkeel/tensor\` has. Generated from the code: a test in
\`packages/tensor\` compares, and \`vitest run -u test/tensor-functions.test.ts\` writes. Methods marked + come with
\`import '@evenkeel/tensor/methods'\`: a bundle cannot leave a method out, so only those that every program uses are always there.
There are no in-place functions but \`assign\`, on leaves; PyTorch's names that end in an underscore are not repeated here.
What the value of a tensor decides (\`nonzero\`, \`unique\`, \`maskedSelect\`, \`allclose\`) is a promise.

${sections.filter(Boolean).join('\n')}
## Only here, or in PyTorch's submodules

${own.map((name) => `\`${name}\``).join(', ')}.

## Left out

${reasons.join('\n')}
`;
}

function row(name: string, { functions, methods, allMethods, properties }: Inventory): string {
  const mine = ours(name);
  const method = name === 'var' ? 'var' : mine;
  const place = methods.has(method)
    ? `\`x.${method}()\``
    : allMethods.has(method)
      ? `\`x.${method}()\` +`
      : properties.has(method)
        ? `\`x.${method}\``
        : '';
  return `| \`${name}\` | ${functions.has(mine) ? `\`${mine}\`` : ''} | ${place} |`;
}

function exists(name: string, { functions, allMethods, properties }: Inventory): boolean {
  return [functions, allMethods, properties].some((names) => names.has(ours(name)));
}
