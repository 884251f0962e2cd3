/** What the command's exit code means. */
export const EXIT = {
  ok: 0,
  /** Data, a file, the disk or the training itself. */
  failure: 1,
  /** The command line or the configuration is wrong. */
  usage: 2,
  /** Ctrl-C, after a checkpoint was saved; 128 + SIGINT, as shells have it. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
