import { describe, expect, test } from 'vitest';
import { Categories, parseCsv, Table, TableEncoder } from '../src/csv.ts';
import { readCsv } from '../src/node/read-csv.ts';
import { testWithData } from './real-data.ts';

describe('parseCsv', () => {
  test('reads columns of numbers and of texts, each with what is missing', () => {
    const table = parseCsv('size, place ,note\n1.5, sea ,\nNA,hill,\n-2e3,NA,x\n');
    expect(table.names).toEqual(['size', 'place', 'note']);
    expect(table.length).toBe(3);
    expect([...table.numbers('size')]).toEqual([1.5, Number.NaN, -2000]);
    expect(table.texts('place')).toEqual(['sea', 'hill', null]);
    expect(['size', 'place', 'note'].map((name) => table.missing(name))).toEqual([1, 1, 2]);
  });

  test('reads quoted fields with delimiters, doubled quotes and line ends, CRLF and a byte order mark', () => {
    const table = parseCsv('\ufeffa,b\r\n"x, y","say ""hi"""\r\n"two\r\nlines",z\r\n\r\n');
    expect(table.texts('a')).toEqual(['x, y', 'two\r\nlines']);
    expect(table.texts('b')).toEqual(['say "hi"', 'z']);
  });

  test('keeps a record whose fields are all empty', () => {
    expect(parseCsv('a,b\n1,2\n,\n3,4\n').length).toBe(3);
  });

  test('takes names from the header, from the caller, or from the places', () => {
    expect(parseCsv('1,2\n3,4', { header: false }).names).toEqual(['column1', 'column2']);
    const named = parseCsv('4,2,setosa\n1,2\n3,4', { header: ['x', 'y'], skip: 1 });
    expect([...named.numbers('y')]).toEqual([2, 4]);
    expect([...parseCsv('a b\n1 2', { delimiter: ' ' }).numbers('b')]).toEqual([2]);
  });

  test('reads a column of digits as texts when told that it is', () => {
    expect(parseCsv('code\n007\n008', { kinds: { code: 'text' } }).texts('code')).toEqual(['007', '008']);
  });

  test('does not take hexadecimal, blanks or a word for a number', () => {
    for (const field of ['0x10', '1 2', 'Infinity', '1e', '.', '--1']) {
      expect(parseCsv(`a,b\n${field},1`).column('a').kind).toBe('text');
    }
    for (const field of ['+1', '1.', '.5', '1E-3']) expect(parseCsv(`a,b\n${field},1`).column('a').kind).toBe('number');
  });

  test.each([
    [
      'a record with too few fields',
      'a,b\n1,2\n3\n',
      /data\.csv: record 3 has too few fields[\s\S]*1: "3"[\s\S]*2: a, b/,
    ],
    ['a record with too many', 'a\n1,2\n', /record 2 has too many fields/],
    ['a quote that is not closed', 'a,b\n"x,1\n', /data\.csv: [\s\S]*record/],
    ['a name given twice', 'a,b,a\n1,2,3\n', /two columns have one name[\s\S]*"a"/],
    ['no record', '', /holds no records/],
  ])('refuses %s', (_, text, message) => {
    expect(() => parseCsv(text, { name: 'data.csv' })).toThrow(message);
  });

  test('refuses a text in a column of numbers, and a kind for no column', () => {
    expect(() => parseCsv('a\n1\n?\n', { kinds: { a: 'number' } })).toThrow(
      /column "a", record 3 is no number[\s\S]*"\?"/,
    );
    expect(() => parseCsv('a\n1', { kinds: { b: 'number' } })).toThrow(/"b"[\s\S]*one of a/);
  });

  testWithData(
    'reads California housing with the counts that are known of it',
    'tabular/california_housing.csv',
    (path) => {
      const table = readCsv(path);
      expect([table.length, table.names.length, table.missing('total_bedrooms')]).toEqual([20640, 10, 207]);
      expect(Categories.of(table.texts('ocean_proximity')).size).toBe(5);
      expect(table.dropMissing().length).toBe(20433);
      expect(Math.max(...table.numbers('median_house_value'))).toBe(500001);
    },
  );

  testWithData('reads the penguins with the counts that are known of them', 'tabular/penguins.csv', (path) => {
    const table = readCsv(path);
    const species = table.texts('species');
    const counts = ['Adelie', 'Chinstrap', 'Gentoo'].map((name) => species.filter((each) => each === name).length);
    expect(counts).toEqual([152, 68, 124]);
    expect([table.missing('sex'), table.missing('body_mass_g')]).toEqual([11, 2]);
  });

  testWithData('reads what is packed and separated by blanks', 'sklearn/diabetes_data_raw.csv.gz', (path) => {
    const table = readCsv(path, { header: false, delimiter: ' ' });
    expect([table.length, table.names.length]).toEqual([442, 10]);
  });
});

describe('Table', () => {
  const table = parseCsv('x,y\n1,a\n,b\n3,\n4,d');

  test('takes rows in any order', () => {
    expect([...table.take([3, 0]).numbers('x')]).toEqual([4, 1]);
    expect(() => table.take([4])).toThrow(/no such row[\s\S]*4[\s\S]*0 to 3/);
  });

  test('drops rows in which something is missing, in all columns or in some', () => {
    expect(table.dropMissing().texts('y')).toEqual(['a', 'd']);
    expect(table.dropMissing(['y']).texts('y')).toEqual(['a', 'b', 'd']);
  });

  test('names the nearest column, and a text among what should be numbers', () => {
    expect(() => parseCsv('price\n1').column('pric')).toThrow(/did you mean "price"/);
    expect(() => table.numbers('y')).toThrow(/"y" holds texts[\s\S]*"a"/);
    expect(
      () =>
        new Table([
          ['a', { kind: 'text', values: [] }],
          ['b', { kind: 'text', values: ['x'] }],
        ]),
    ).toThrow(/a: 0, b: 1/);
  });
});

describe('Categories', () => {
  test('gives names ids in order and back', () => {
    const categories = Categories.of(['sea', null, 'hill', 'sea']);
    expect([...categories.encode(['sea', 'hill'])]).toEqual([1, 0]);
    expect(categories.decode([0, 1])).toEqual(['hill', 'sea']);
    expect(new Categories(JSON.parse(JSON.stringify(categories))).names).toEqual(['hill', 'sea']);
  });

  test('refuses what it does not know', () => {
    const categories = new Categories(['a', 'b']);
    expect(() => categories.encode(['a', 'c'])).toThrow(/"c" in row 1[\s\S]*one of a, b/);
    expect(() => categories.encode([null])).toThrow(/missing/);
    expect(() => categories.decode([2])).toThrow(/2[\s\S]*0 to 1/);
    expect(() => new Categories(['a', 'a'])).toThrow(/each once/);
  });
});

describe('TableEncoder', () => {
  const train = parseCsv('size,place\n1,sea\n,hill\n5,sea');
  const held = parseCsv('size,place\n,hill\n7,sea');

  test('fills with the mean of the training rows, and gives one feature to each category', () => {
    const encoder = new TableEncoder({ size: { as: 'number', missing: 'mean' }, place: 'one-hot' }).fit(train);
    expect(encoder.featureNames).toEqual(['size', 'place=hill', 'place=sea']);
    expect(encoder.transform(held)).toEqual({ data: Float32Array.of(3, 1, 0, 7, 0, 1), shape: [2, 3] });
  });

  test('fills with a constant, and gives ids', () => {
    const encoder = new TableEncoder({ place: 'ids', size: { as: 'number', missing: -1 } }).fit(train);
    expect(encoder.transform(held)).toEqual({ data: Float32Array.of(0, -1, 1, 7), shape: [2, 2] });
  });

  test('makes a missing category one of its own, or refuses it', () => {
    const gaps = parseCsv('x,place\n1,sea\n2,');
    const encoder = new TableEncoder({ place: { as: 'one-hot', missing: 'category' } }).fit(gaps);
    expect(encoder.featureNames).toEqual(['place=missing', 'place=sea']);
    expect(encoder.transform(gaps).data).toEqual(Float32Array.of(0, 1, 1, 0));
    expect(() => new TableEncoder({ place: 'one-hot' }).fit(gaps)).toThrow(/"place" misses a value in row 1/);
  });

  test('refuses a missing number unless told what to put there', () => {
    const encoder = new TableEncoder({ size: 'number' }).fit(train);
    expect(() => encoder.transform(held)).toThrow(/"size" misses a value in row 0[\s\S]*missing: 'mean'/);
  });

  test('refuses a category that training did not have, or makes it all zeros', () => {
    const other = parseCsv('place\nmoon');
    const strict = new TableEncoder({ place: 'one-hot' }).fit(train);
    expect(() => strict.transform(other)).toThrow(/"moon" in row 0[\s\S]*one of hill, sea/);
    expect(() => new TableEncoder({ place: 'ids' }).fit(train).transform(other)).toThrow(/"moon"/);
    const lenient = new TableEncoder({ place: { as: 'one-hot', unknown: 'zeros' } }).fit(train);
    expect(lenient.transform(other).data).toEqual(Float32Array.of(0, 0));
  });

  test('goes through JSON', () => {
    const encoder = new TableEncoder({ size: { as: 'number', missing: 'mean' }, place: 'ids' }).fit(train);
    const restored = TableEncoder.fromJSON(JSON.parse(JSON.stringify(encoder)));
    expect(restored.transform(held)).toEqual(encoder.transform(held));
  });

  test('refuses to encode before it was fitted, and no columns', () => {
    expect(() => new TableEncoder({ place: 'ids' }).transform(held)).toThrow(/learned nothing/);
    const mean = new TableEncoder({ size: { as: 'number', missing: 'mean' } });
    expect(() => mean.transform(held)).toThrow(/learned nothing/);
    expect(() => new TableEncoder({})).toThrow(/needs columns/);
  });
});
