import { type CalendarDay, twoDigits, weekday } from './calendar-day.ts';

const MONTHS = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
];
const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

/**
 * The twelve written forms of the dates task, named by how each writes March 3 (or 25), 1987. No two days share a
 * text: numbers alone are month/day/year with two slashes, day.month.year with dots, year/month/day with the year first.
 */
export const DATE_FORMS: Readonly<Record<string, (date: CalendarDay) => string>> = {
  '3 march 1987': (date) => `${date.day} ${month(date)} ${date.year}`,
  'march 3, 1987': (date) => `${month(date)} ${date.day}, ${date.year}`,
  'mar 3, 1987': (date) => `${shortMonth(date)} ${date.day}, ${date.year}`,
  '3 mar 1987': (date) => `${date.day} ${shortMonth(date)} ${date.year}`,
  'tuesday, march 3, 1987': (date) => `${dayOfWeek(date)}, ${month(date)} ${date.day}, ${date.year}`,
  '3rd of march 1987': (date) => `${ordinal(date.day)} of ${month(date)} ${date.year}`,
  '03/25/1987': (date) => `${twoDigits(date.month)}/${twoDigits(date.day)}/${date.year}`,
  '25.03.1987': (date) => `${twoDigits(date.day)}.${twoDigits(date.month)}.${date.year}`,
  'tuesday 3 mar 1987': (date) => `${dayOfWeek(date)} ${date.day} ${shortMonth(date)} ${date.year}`,
  'march the 3rd, 1987': (date) => `${month(date)} the ${ordinal(date.day)}, ${date.year}`,
  '1987/03/25': (date) => `${date.year}/${twoDigits(date.month)}/${twoDigits(date.day)}`,
  '3-mar-1987': (date) => `${date.day}-${shortMonth(date)}-${date.year}`,
};

/** The forms in a fixed order. */
export const DATE_WRITERS = Object.values(DATE_FORMS);

function month(date: CalendarDay): string {
  return MONTHS[date.month - 1] as string;
}

function shortMonth(date: CalendarDay): string {
  return month(date).slice(0, 3);
}

function dayOfWeek(date: CalendarDay): string {
  return WEEKDAYS[weekday(date)] as string;
}

/** `1st`, `2nd`, `3rd`, `4th`, and `11th`, `12th`, `13th`. */
function ordinal(day: number): string {
  const teen = day >= 11 && day <= 13;
  const ending = teen ? 'th' : (['th', 'st', 'nd', 'rd'][day % 10] ?? 'th');
  return `${day}${ending}`;
}
