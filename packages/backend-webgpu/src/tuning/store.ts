/** Where it is remembered what was measured: `localStorage`, or anything that keeps texts by name. */
export interface TuningStore {
  getItem(name: string): string | null | undefined | Promise<string | null | undefined>;
  setItem(name: string, text: string): unknown;
}
