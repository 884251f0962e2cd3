/** How the person at the terminal calls this command: by its name, or by the script of a clone, as npm tells. */
export function ownName(environment: NodeJS.ProcessEnv = process.env): string {
  const inClone = environment['npm_package_name'] === 'evenkeel' && environment['npm_lifecycle_event'] !== undefined;
  return inClone ? 'npm run evenkeel --' : 'evenkeel';
}

/** The command that takes a run up again, ready to be pasted. */
export function howToResume(run: string): string {
  return `${ownName()} resume ${quoted(run)}`;
}

/** A path as a shell takes it. */
export function quoted(path: string): string {
  return /^[\w./:@%+=-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
