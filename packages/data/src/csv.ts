export { Categories } from './csv/categories.ts';
export { type CsvOptions, parseCsv } from './csv/parse-csv.ts';
export { type Column, Table } from './csv/table.ts';
export { type ColumnEncoding, TableEncoder, type TableEncoderState } from './csv/table-encoder.ts';
