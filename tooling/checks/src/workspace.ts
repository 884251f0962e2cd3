import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface WorkspacePackage {
  name: string;
  /** Relative to the root, such as `packages/tensor`. */
  folder: string;
  scripts: Record<string, string>;
}

/** Every package under packages, apps and tooling. */
export function workspacePackages(root: string): WorkspacePackage[] {
  return ['packages', 'apps', 'tooling'].flatMap((group) =>
    readdirSync(join(root, group))
      .map((entry) => join(group, entry))
      .filter((folder) => existsSync(join(root, folder, 'package.json')))
      .map((folder) => {
        const { name, scripts = {} } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
        return { name, folder, scripts };
      }),
  );
}
