import { describe, expect, test } from 'vitest';
import { calendarDay, DAY_COUNT, fromIso, toIso, weekday } from '../src/dates/calendar-day.ts';
import { datesTask } from '../src/dates/dates-task.ts';
import { DATE_FORMS, DATE_WRITERS } from '../src/dates/forms.ts';
import {
  decodeTarget,
  END,
  encodeSource,
  encodeTarget,
  MAX_SOURCE_LENGTH,
  normalizeDateText,
  START,
  TARGET_LENGTH,
} from '../src/dates/tokens.ts';

const day = (year: number, month: number, date: number) => ({ year, month, day: date });

describe('the calendar', () => {
  test('goes from January 1, 1900 to December 31, 2099 without a gap', () => {
    // 200 years of 365 days, and 49 leap days: every fourth year but 1900.
    expect(DAY_COUNT).toBe(200 * 365 + 49);
    expect(toIso(calendarDay(0))).toBe('1900-01-01');
    expect(toIso(calendarDay(DAY_COUNT - 1))).toBe('2099-12-31');
    expect(new Set(Array.from({ length: DAY_COUNT }, (_, index) => toIso(calendarDay(index)))).size).toBe(DAY_COUNT);
  });

  test('knows the weekdays of days on record', () => {
    // The first day of the century was a Monday; the moon landing a Sunday; March 3, 1987 a Tuesday.
    expect(weekday(day(1900, 1, 1))).toBe(1);
    expect(weekday(day(1969, 7, 20))).toBe(0);
    expect(weekday(day(1987, 3, 3))).toBe(2);
    expect(weekday(day(2000, 2, 29))).toBe(2);
    expect(weekday(day(2099, 12, 31))).toBe(4);
  });

  test('takes an ISO text for a day only if the calendar has it', () => {
    expect(fromIso('2000-02-29')).toEqual(day(2000, 2, 29));
    for (const text of ['1900-02-29', '1987-02-30', '1987-13-01', '1899-12-31', '2100-01-01', '1987-3-3', '']) {
      expect(fromIso(text)).toBeUndefined();
    }
  });
});

describe('the twelve forms', () => {
  test('are those of the task, each named by what it writes', () => {
    const names = Object.keys(DATE_FORMS);
    expect(names).toHaveLength(12);
    const date = (name: string) => day(1987, 3, name.includes('25') ? 25 : 3);
    expect(names.map((name) => DATE_FORMS[name]!(date(name)))).toEqual(names);
  });

  test('count days in English', () => {
    const ordinals = [1, 2, 3, 4, 11, 12, 13, 20, 21, 22, 23, 24, 30, 31].map(
      (date) => DATE_FORMS['3rd of march 1987']!(day(1987, 1, date)).split(' ')[0],
    );
    expect(ordinals).toEqual('1st 2nd 3rd 4th 11th 12th 13th 20th 21st 22nd 23rd 24th 30th 31st'.split(' '));
  });

  test('never write two days alike', () => {
    const days = new Map<string, number>();
    for (let index = 0; index < DAY_COUNT; index++) {
      for (const write of DATE_WRITERS) {
        const text = write(calendarDay(index));
        if ((days.get(text) ?? index) !== index) throw new Error(`${text} stands for two days`);
        days.set(text, index);
      }
    }
    expect(days.size).toBeGreaterThan(DAY_COUNT * 11);
  });

  test('fit into the source, the longest exactly', () => {
    let longest = 0;
    for (let index = 0; index < DAY_COUNT; index++) {
      for (const write of DATE_WRITERS) longest = Math.max(longest, write(calendarDay(index)).length);
    }
    expect(longest).toBe(MAX_SOURCE_LENGTH);
  });
});

describe('the tokens', () => {
  test('carry an ISO date there and back', () => {
    const { input, output } = encodeTarget('1987-03-25');
    expect([input.length, output.length]).toEqual([TARGET_LENGTH, TARGET_LENGTH]);
    expect(input[0]).toBe(START);
    expect(output.at(-1)).toBe(END);
    expect([...input.subarray(1)]).toEqual([...output.subarray(0, -1)]);
    expect(decodeTarget([...output, 9, 9])).toBe('1987-03-25');
  });

  test('refuse what no written date has, naming it', () => {
    expect(() => encodeSource('märz 1987')).toThrow(/"ä", character 2 of 9/);
    expect(() => encodeSource('x'.repeat(30))).toThrow(/too long[\s\S]*at most 29/);
    expect(encodeSource(normalizeDateText('  3  March 1987 '))).toEqual(encodeSource('3 march 1987'));
  });
});

describe('the dates task', () => {
  const { train, validation, test: held } = datesTask({ seed: 4 });

  test('never shows a held-out day in training, in any form', () => {
    const heldDays = new Set<string>();
    for (const dataset of [validation, held]) {
      for (let index = 0; index < dataset.length; index++) heldDays.add(dataset.pair(index).iso);
    }
    expect(heldDays.size).toBe(1500);
    const trainingDays = new Set<string>();
    for (let index = 0; index < train.length; index++) trainingDays.add(train.pair(index).iso);
    expect(trainingDays.size).toBe(DAY_COUNT - 1500);
    expect([...heldDays].filter((iso) => trainingDays.has(iso))).toEqual([]);
    expect(train.length).toBe((DAY_COUNT - 1500) * 12);
  });

  test('asks for every form equally often in the test', () => {
    const shapes = new Map<string, number>();
    for (let index = 0; index < 996; index++) {
      const form = Object.entries(DATE_FORMS).find(
        ([, write]) => write(fromIso(held.pair(index).iso)!) === held.pair(index).written,
      )![0];
      shapes.set(form, (shapes.get(form) ?? 0) + 1);
    }
    // May is its own abbreviation, so two forms can write one day alike; the first of the two is counted.
    expect(shapes.size).toBe(12);
    expect(shapes.get('03/25/1987')).toBe(83);
    expect(shapes.get('25.03.1987')).toBe(83);
  });

  test('is decided by its seed', () => {
    const again = datesTask({ seed: 4 });
    const other = datesTask({ seed: 5 });
    const days = (dataset: typeof held) => Array.from({ length: 50 }, (_, index) => dataset.pair(index).iso);
    expect(days(again.test)).toEqual(days(held));
    expect(days(other.test)).not.toEqual(days(held));
  });

  test('gives ids of fixed lengths', () => {
    const { source, input, output } = held.get(0);
    expect([source.length, input.length, output.length]).toEqual([29, 11, 11]);
    expect(decodeTarget(output)).toBe(held.pair(0).iso);
  });
});
