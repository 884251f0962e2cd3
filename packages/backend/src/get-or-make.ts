interface Remembering<Key, Value> {
  get(key: Key): Value | undefined;
  set(key: Key, value: Value): unknown;
}

/** What a map holds for a key; where it holds nothing, what `make` gives, which it holds from then on. */
export function getOrMake<Key, Value>(map: Remembering<Key, Value>, key: Key, make: () => Value): Value {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}

const identities = new WeakMap<object, number>();
let made = 0;

/** A number by which an object differs from all others, for keys that are text. */
export function numberOf(object: object): number {
  return getOrMake(identities, object, () => made++);
}
