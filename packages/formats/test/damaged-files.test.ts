import { DataError } from '@evenkeel/errors';
import { readSafetensors } from '@evenkeel/formats';
import { describe, expect, test } from 'vitest';
import { fileBytes } from './file-bytes.ts';

function refusal(file: Uint8Array): DataError {
  try {
    readSafetensors(file, 'model.safetensors');
  } catch (error) {
    if (error instanceof DataError) return error;
    throw error;
  }
  throw new Error('the file was accepted');
}

const entry = (begin: number, end: number, shape: unknown = [end - begin], dtype = 'U8') =>
  JSON.stringify({ dtype, shape, data_offsets: [begin, end] });
const good = `{"w":${entry(0, 4)}}`;

/** What is wrong, the header, the bytes of data, the message, and the text at which the error points. */
type Damage = [what: string, header: string, data: number, message: string, at?: string];

const damages: Damage[] = [
  ['no header', '', 0, 'the header is not an object'],
  ['another beginning', ` ${good}`, 4, 'the header is not an object', ' {'],
  ['a list', '[]', 0, 'the header is not an object', '['],
  ['half an object', '{', 0, 'a name in the header is not text'],
  ['an object that ends early', `{"w":${entry(0, 4)}`, 4, 'the header does not go on as an object'],
  ['two objects', `${good}{}`, 4, 'something follows the object in the header', '{}'],
  ['names without quotation marks', `{w:${entry(0, 4)}}`, 4, 'a name in the header is not text', 'w:'],
  ['a comma at the end', `{"w":${entry(0, 4)},}`, 4, 'a name in the header is not text'],
  ['no colon', `{"w" ${entry(0, 4)}}`, 4, 'has no value after "w"', '{"dtype'],
  ['a name that does not end', '{"w', 0, 'a name in the header does not end'],
  ['a name that ends in an escape', '{"w\\', 0, 'a name in the header does not end'],
  ['an escape that JSON does not know', `{"\\x":${entry(0, 4)}}`, 4, 'not well-formed', '"\\x'],
  ['a line break in a name', `{"a\n":${entry(0, 4)}}`, 4, 'not well-formed', '"a\n'],
  [
    'a tensor twice',
    `{"w":${entry(0, 4)},"w":${entry(4, 8)}}`,
    8,
    'the header names "w" twice',
    '"w":{"dtype":"U8","shape":[4],"data_offsets":[4',
  ],
  [
    'a tensor twice by an escape',
    `{"w":${entry(0, 4)},"\\u0077":${entry(4, 8)}}`,
    8,
    'the header names "w" twice',
    '"\\u',
  ],
  [
    'metadata twice',
    '{"__metadata__":{},"__metadata__":{}}',
    0,
    'the header names "__metadata__" twice',
    '"__metadata__":{}}',
  ],
  ['metadata with a key twice', '{"__metadata__":{"a":"1","a":"2"}}', 0, '__metadata__ names "a" twice', '"a":"2"'],
  ['metadata with a number', '{"__metadata__":{"a":1}}', 0, 'the value of "a" in __metadata__ is not text', '1'],
  ['metadata that is text', '{"__metadata__":"a"}', 0, '__metadata__ is not an object', '"a"'],
  ['a tensor that is a list', '{"w":[]}', 0, 'tensor "w": its entry is not an object', '['],
  ['a tensor that is null', '{"w":null}', 0, 'tensor "w": its entry is not an object', 'null'],
  ['no dtype', '{"w":{"shape":[4],"data_offsets":[0,4]}}', 4, 'tensor "w": its entry is not complete', '"w"'],
  ['no shape', '{"w":{"dtype":"U8","data_offsets":[0,4]}}', 4, 'tensor "w": its entry is not complete', '"w"'],
  ['no offsets', '{"w":{"dtype":"U8","shape":[4]}}', 4, 'tensor "w": its entry is not complete', '"w"'],
  [
    'a field twice',
    `{"w":{"dtype":"U8","dtype":"I8"}}`,
    4,
    'tensor "w": its entry names "dtype" twice',
    '"dtype":"I8"',
  ],
  ['a field that is not known', '{"w":{"stride":[1]}}', 4, 'tensor "w": its entry has a field "stride"', '"stride"'],
  ['an unknown dtype', `{"w":${entry(0, 4, [4], 'I4')}}`, 4, 'tensor "w": its dtype is unknown', '"I4"'],
  ['a dtype that every object has', `{"w":${entry(0, 4, [4], 'toString')}}`, 4, 'its dtype is unknown', '"toString"'],
  ['a dtype that is a number', '{"w":{"dtype":8}}', 4, 'tensor "w": its dtype is not text', '8'],
  ['a shape that is a number', `{"w":${entry(0, 4, 4)}}`, 4, 'tensor "w": its shape is not a list', '4,"data'],
  ['a negative size', `{"w":${entry(0, 4, [-4])}}`, 4, 'tensor "w": its shape holds something other', '-4'],
  ['two negative sizes', `{"w":${entry(0, 4, [-2, -2])}}`, 4, 'tensor "w": its shape holds something other', '-2'],
  ['half a size', `{"w":${entry(0, 4, [1.5])}}`, 4, 'tensor "w": its shape does not go on', '.5'],
  ['a size with an exponent', '{"w":{"dtype":"U8","shape":[4e0]}}', 4, 'tensor "w": its shape does not go on', 'e0'],
  [
    'a size that starts with 0',
    '{"w":{"dtype":"U8","shape":[04]}}',
    4,
    'tensor "w": its shape holds a number that starts',
    '04',
  ],
  ['a size that is text', `{"w":${entry(0, 4, ['4'])}}`, 4, 'tensor "w": its shape holds something other', '"4"'],
  ['a size that is a list', `{"w":${entry(0, 4, [[4]])}}`, 4, 'tensor "w": its shape holds something other', '[4]'],
  [
    'a size beyond 2^53',
    '{"w":{"dtype":"U8","shape":[9007199254740993]}}',
    4,
    'its shape holds a number that is too large',
    '9007',
  ],
  [
    'a size of 400 digits',
    `{"w":{"dtype":"U8","shape":[${'9'.repeat(400)}]}}`,
    4,
    'its shape holds a number that is too large',
    '999',
  ],
  ['sizes that overflow', `{"w":${entry(0, 4, [2 ** 27, 2 ** 27])}}`, 4, 'tensor "w": its shape is too large', '"w"'],
  ['bytes that overflow', `{"w":${entry(0, 8, [2 ** 51], 'F64')}}`, 8, 'tensor "w": its shape is too large', '"w"'],
  [
    'an overflow before a 0',
    `{"w":${entry(0, 0, [2 ** 27, 2 ** 27, 0])}}`,
    0,
    'tensor "w": its shape is too large',
    '"w"',
  ],
  ['a list that does not end', '{"w":{"shape":[4', 4, 'tensor "w": its shape does not go on as a list'],
  ['a comma at the end of a list', '{"w":{"shape":[4,]}}', 4, 'tensor "w": its shape holds something other', ']'],
  [
    'one offset',
    '{"w":{"dtype":"U8","shape":[4],"data_offsets":[4]}}',
    4,
    'tensor "w": its data_offsets are no range',
    '"w"',
  ],
  [
    'three offsets',
    '{"w":{"dtype":"U8","shape":[4],"data_offsets":[0,4,8]}}',
    4,
    'its data_offsets are no range',
    '"w"',
  ],
  ['offsets the wrong way round', `{"w":${entry(4, 0, [4])}}`, 4, 'tensor "w": its data_offsets are no range', '"w"'],
  ['a negative offset', `{"w":${entry(-4, 0, [4])}}`, 4, 'tensor "w": its data_offsets holds something other', '-4'],
  [
    'too few bytes for the shape',
    `{"w":${entry(0, 4, [2, 2], 'I32')}}`,
    4,
    'tensor "w": its data are not as long',
    '"w"',
  ],
  ['too many bytes for the shape', `{"w":${entry(0, 4, [3])}}`, 4, 'tensor "w": its data are not as long', '"w"'],
  ['terabytes', `{"w":${entry(0, 2 ** 42)}}`, 4, 'tensor "w": its data go beyond the end of the file'],
  [
    'data that are cut off',
    `{"a":${entry(0, 4)},"b":${entry(4, 8)}}`,
    6,
    'tensor "b": its data go beyond the end of the file',
  ],
  ['data that do not start at 0', `{"w":${entry(1, 4)}}`, 4, 'tensor "w": nothing says what the 1 bytes before'],
  ['a hole', `{"b":${entry(6, 8)},"a":${entry(0, 4)}}`, 8, 'tensor "b": nothing says what the 2 bytes before'],
  ['data that overlap', `{"b":${entry(2, 6)},"a":${entry(0, 4)}}`, 6, 'tensor "b": its data overlap those of "a"'],
  ['data that two tensors share', `{"a":${entry(0, 4)},"b":${entry(0, 4)}}`, 4, 'its data overlap those of "a"'],
  ['an empty tensor within another', `{"a":${entry(0, 4)},"b":${entry(2, 2)}}`, 4, 'tensor "b": its data overlap'],
  ['bytes after the last tensor', good, 5, 'the file goes on after its last tensor'],
  ['bytes without a tensor', '{}', 5, 'the file goes on after its last tensor'],
];

describe('readSafetensors refuses a file with', () => {
  test.each(damages)('%s', (_what, header, data, message, at) => {
    const error = refusal(fileBytes(header, data));
    expect(error.message.split('\n')[0]).toContain(message);
    expect(error.doing).toBe('reading model.safetensors');
    expect(error.remedy).toMatch(/damaged or no safetensors file/);
    if (at !== undefined) expect(error.got).toContain(`byte ${8 + header.indexOf(at)} of the file`);
  });

  test.each([
    ['nothing at all', new Uint8Array(0), 'the file is too short', '0 bytes'],
    ['seven bytes', new Uint8Array(7), 'the file is too short', '7 bytes'],
    ['a header that is cut off', fileBytes(good).subarray(0, 20), 'the header goes beyond the end', '53'],
    ['a header of gigabytes', fileBytes(good, 4, 2n ** 32n), 'claims a header of more than 100 MB', '4294967296'],
    [
      'the longest header there is',
      fileBytes(good, 4, 2n ** 64n - 1n),
      'claims a header of more than',
      '18446744073709551615',
    ],
    ['a header one byte too long', fileBytes(good, 0, BigInt(good.length + 1)), 'the header goes beyond the end', '54'],
  ])('%s', (_what, file, message, got) => {
    const error = refusal(file);
    expect(error.message).toContain(message);
    expect(error.got).toContain(got);
  });

  test('bytes that are no UTF-8, also where the parser would not look', () => {
    const overlong = new TextEncoder().encode(good);
    overlong[good.indexOf('w')] = 0xff;
    expect(refusal(fileBytes(overlong, 4)).message).toContain('the header is not UTF-8');
    const mark = fileBytes(`\ufeff${good}`, 4);
    expect(refusal(mark).message).toContain('the header is not an object');
  });

  test('something wrong after a tensor, without blaming the tensor', () => {
    const error = refusal(fileBytes(`{"w":${entry(0, 4)}, 3}`, 4));
    expect(error.message).toMatch(/^a name in the header is not text\n/);
  });

  test('something wrong behind letters of several bytes, counting bytes and not letters', () => {
    const error = refusal(fileBytes(`{"漢é😀":3}`));
    expect(error.got).toBe('"3" (byte 21 of the file)');
  });

  test('a name of megabytes, without repeating it', () => {
    const error = refusal(fileBytes(`{"${'w'.repeat(3_000_000)}":0}`));
    expect(error.message.length).toBeLessThan(500);
  });

  test('lists in lists without end, without running out of stack', () => {
    expect(refusal(fileBytes(`{"w":{"shape":${'['.repeat(1_000_000)}}`)).message).toContain(
      'its shape holds something',
    );
    expect(refusal(fileBytes('{"w":'.repeat(200_000))).message).toContain('has a field "w"');
  });
});

test('every file cut off at any byte is refused', () => {
  const file = fileBytes(`{"a":${entry(0, 4)},"b":${entry(4, 12, [2], 'F32')}}`, 12);
  expect(readSafetensors(file).tensors.size).toBe(2);
  for (let length = 0; length < file.length; length++) refusal(file.subarray(0, length));
});
