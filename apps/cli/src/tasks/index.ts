import type { TaskName } from '../run-config.ts';
import type { Task } from './task.ts';

/** The tasks, loaded only when used. */
export const TASKS: Readonly<Record<TaskName, () => Promise<Task>>> = {
  dates: async () => (await import('./dates.ts')).dates,
  digits: async () => (await import('./digits.ts')).digits,
  chars: async () => (await import('./chars.ts')).chars,
};
