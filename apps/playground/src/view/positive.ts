/** What a logarithmic axis can show, or null. */
export function positive(value: number): number | null {
  return value > 0 && Number.isFinite(value) ? value : null;
}
