import { type HeaderCursor, quoted } from './header-cursor.ts';
import { byteLength, dtypeNames, isDType, type SafeDType } from './safe-tensor.ts';

/** What the header says of one tensor; the offsets count from the end of the header. */
export interface HeaderEntry {
  name: string;
  dtype: SafeDType;
  shape: number[];
  begin: number;
  end: number;
}

export interface Header {
  entries: HeaderEntry[];
  metadata: Record<string, string>;
}

/** Reads the whole header. Each entry is sound in itself; whether they fit together is `checkLayout`'s question. */
export function readHeader(cursor: HeaderCursor): Header {
  const entries: HeaderEntry[] = [];
  let metadata: Record<string, string> = {};
  cursor.members('the header', (name, position) => {
    if (name === '__metadata__') {
      metadata = readMetadata(cursor);
      return;
    }
    cursor.tensor = name;
    entries.push(readEntry(cursor, name, position));
    cursor.tensor = undefined;
  });
  cursor.skipSpace();
  if (!cursor.atEnd) throw cursor.problem('something follows the object in the header', 'nothing but spaces');
  return { entries, metadata };
}

function readMetadata(cursor: HeaderCursor): Record<string, string> {
  const pairs: [string, string][] = [];
  cursor.members('__metadata__', (key) =>
    pairs.push([key, cursor.text(`the value of ${quoted(key)} in __metadata__`)]),
  );
  return Object.fromEntries(pairs);
}

function readEntry(cursor: HeaderCursor, name: string, position: number): HeaderEntry {
  let dtype: SafeDType | undefined;
  let shape: number[] | undefined;
  let offsets: number[] | undefined;
  cursor.members('its entry', (field, at) => {
    if (field === 'dtype') dtype = readDType(cursor);
    else if (field === 'shape') shape = cursor.wholeNumbers('its shape');
    else if (field === 'data_offsets') offsets = cursor.wholeNumbers('its data_offsets');
    else
      throw cursor.problem(`its entry has a field ${quoted(field)}`, 'dtype, shape, data_offsets', { at, got: 'it' });
  });
  if (dtype === undefined || shape === undefined || offsets === undefined) {
    const present = Object.entries({ dtype, shape, data_offsets: offsets }).filter(([, value]) => value !== undefined);
    const got = present.map(([field]) => field).join(', ') || 'none of them';
    throw cursor.problem('its entry is not complete', 'dtype, shape, data_offsets', { at: position, got });
  }
  const [begin, end] = offsets;
  if (begin === undefined || end === undefined || offsets.length !== 2 || begin > end) {
    const got = `[${offsets.slice(0, 4).join(', ')}${offsets.length > 4 ? ', …' : ''}]`;
    throw cursor.problem('its data_offsets are no range', 'begin and end, begin not above end', { at: position, got });
  }
  const entry = { name, dtype, shape, begin, end };
  checkSize(cursor, entry, position);
  return entry;
}

function readDType(cursor: HeaderCursor): SafeDType {
  const at = cursor.position;
  const dtype = cursor.text('its dtype');
  if (isDType(dtype)) return dtype;
  throw cursor.problem('its dtype is unknown', `one of ${dtypeNames}`, { at, got: quoted(dtype) });
}

function checkSize(cursor: HeaderCursor, { dtype, shape, begin, end }: HeaderEntry, position: number): void {
  const bytes = byteLength(dtype, shape);
  const what = `${dtype} of shape [${shape.slice(0, 8).join(', ')}${shape.length > 8 ? ', …' : ''}]`;
  if (bytes === undefined) {
    throw cursor.problem('its shape is too large', 'at most 2^53 - 1 bytes', { at: position, got: what });
  }
  if (bytes === end - begin) return;
  const got = `${end - begin} bytes for ${what}`;
  throw cursor.problem('its data are not as long as its shape says', `${bytes} bytes`, { at: position, got });
}
