/** A day of the calendar; `month` and `day` count from 1. */
export interface CalendarDay {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

const DAY = 24 * 60 * 60 * 1000;

/** The years the dates task covers. */
export const FIRST_YEAR = 1900;
export const LAST_YEAR = 2099;

const FIRST_DAY = Date.UTC(FIRST_YEAR, 0, 1);

/** How many days there are from the first day of 1900 to the last of 2099: 73,049. */
export const DAY_COUNT = (Date.UTC(LAST_YEAR + 1, 0, 1) - FIRST_DAY) / DAY;

/** The day that comes `index` days after January 1, 1900. */
export function calendarDay(index: number): CalendarDay {
  const date = new Date(FIRST_DAY + index * DAY);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

/** 0 for Sunday to 6 for Saturday, in the Gregorian calendar. */
export function weekday({ year, month, day }: CalendarDay): number {
  return new Date(Date.UTC(year, month - 1, day)).getUTCDay();
}

/** `1987-03-25`. */
export function toIso({ year, month, day }: CalendarDay): string {
  return `${year}-${twoDigits(month)}-${twoDigits(day)}`;
}

/** The day an ISO text stands for, or `undefined` if it is no day of the years the task covers. */
export function fromIso(text: string): CalendarDay | undefined {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (!match) return undefined;
  const [year, month, day] = match.slice(1).map(Number) as [number, number, number];
  const read = { year, month, day };
  // A day that the calendar lacks (February 30) comes back as another one.
  const date = new Date(Date.UTC(year, month - 1, day));
  const exists = date.getUTCMonth() + 1 === month && date.getUTCDate() === day;
  return exists && year >= FIRST_YEAR && year <= LAST_YEAR ? read : undefined;
}

/** `07` for 7. */
export function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
