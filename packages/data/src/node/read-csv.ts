import { type CsvOptions, parseCsv } from '../csv/parse-csv.ts';
import type { Table } from '../csv/table.ts';
import { readText } from './read-file.ts';

/**
 * Reads a CSV file, packed with gzip or not; see `parseCsv`.
 *
 * @throws DataError naming the file, and the record and column where it is damaged
 */
export function readCsv(path: string, options: CsvOptions = {}): Table {
  return parseCsv(readText(path), { name: path, ...options });
}
