import { ConfigError, DataError } from '@evenkeel/errors';
import papaparse from 'papaparse';
import { type Column, Table } from './table.ts';

export interface CsvOptions {
  /** True (default): the first record names the columns. False: they are `column1`, `column2`, …. Or their names. */
  header?: boolean | readonly string[];
  /** Records left out at the start, before a header; default 0. */
  skip?: number;
  /** Between fields; default `,`. */
  delimiter?: string;
  /** Unquoted or quoted, these stand for a missing value; default empty, `NA`, `N/A`, `NaN`, `nan`, `null`. */
  missing?: readonly string[];
  /** Kinds of columns by name; the others are numbers if all that is not missing reads as one. */
  kinds?: { readonly [name: string]: Column['kind'] };
  /** What to call the data in errors; default `the CSV text`. */
  name?: string;
}

const MISSING = ['', 'NA', 'N/A', 'NaN', 'nan', 'null'];
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/**
 * Reads CSV (RFC 4180: quoted fields may hold delimiters, line ends and doubled quotes) into typed columns.
 *
 * Empty lines are left out, and so are blanks at the ends of a field.
 *
 * @throws DataError naming the record and the column: a quote that is not closed, a record with other fields than the
 *   header has, a name given twice, a text in a column of kind `number`
 * @throws ConfigError if `kinds` names a column that is not there
 *
 * @example
 * const table = parseCsv(text);
 * const complete = table.dropMissing(['sex']);
 */
export function parseCsv(text: string, options: CsvOptions = {}): Table {
  const { header = true, skip = 0, delimiter = ',', missing = MISSING, kinds = {}, name = 'the CSV text' } = options;
  const { data, errors } = papaparse.parse<string[]>(text, { delimiter, skipEmptyLines: true });
  const broken = errors[0];
  if (broken) {
    throw new DataError(`${name}: ${broken.message}, in record ${(broken.row ?? 0) + 1}`, { doing: 'reading CSV' });
  }
  const named = header === true ? 1 : 0;
  const records = data.slice(skip + named);
  const names = columnNames(header, data[skip], name);
  const blanks = new Set(missing);
  for (const [position, record] of records.entries()) {
    if (record.length === names.length) continue;
    throw new DataError(
      `${name}: record ${skip + named + position + 1} has too ${record.length < names.length ? 'few' : 'many'} fields`,
      {
        got: `${record.length}: ${record
          .slice(0, 5)
          .map((field) => JSON.stringify(field))
          .join(', ')}`,
        expected: `${names.length}: ${names.slice(0, 5).join(', ')}`,
        remedy: 'check the delimiter, and that fields which hold one are quoted',
      },
    );
  }
  const unknown = Object.keys(kinds).find((column) => !names.includes(column));
  if (unknown !== undefined) {
    throw new ConfigError(`${name}: a kind is given for a column that is not there`, {
      got: JSON.stringify(unknown),
      expected: `one of ${names.join(', ')}`,
    });
  }
  const where = (row: number) => skip + named + row + 1;
  return new Table(
    names.map((column, position) => {
      const fields = records.map((record) => {
        const field = (record[position] as string).trim();
        return blanks.has(field) ? null : field;
      });
      return [column, typed(fields, kinds[column], (row) => `${name}: column "${column}", record ${where(row)}`)];
    }),
  );
}

function columnNames(header: boolean | readonly string[], first: string[] | undefined, name: string): string[] {
  if (first === undefined) throw new DataError(`${name} holds no records`, { doing: 'reading CSV' });
  if (header === false) return first.map((_, position) => `column${position + 1}`);
  const names = header === true ? first.map((field) => field.trim()) : [...header];
  const twice = names.find((column, position) => names.indexOf(column) !== position);
  if (twice === undefined) return names;
  throw new DataError(`${name}: two columns have one name`, { got: JSON.stringify(twice) });
}

function typed(fields: (string | null)[], kind: Column['kind'] | undefined, where: (row: number) => string): Column {
  const wrong = fields.findIndex((field) => field !== null && !NUMBER.test(field));
  if (kind === 'number' && wrong !== -1) {
    throw new DataError(`${where(wrong)} is no number`, {
      got: JSON.stringify(fields[wrong]),
      remedy: 'if it stands for a missing value, name it in the option "missing"',
    });
  }
  if (kind === 'text' || wrong !== -1) return { kind: 'text', values: fields };
  return {
    kind: 'number',
    values: Float64Array.from(fields, (field) => (field === null ? Number.NaN : Number(field))),
  };
}
