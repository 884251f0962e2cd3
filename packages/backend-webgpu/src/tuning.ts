import type { Tuning } from './runtime/request-device.ts';
import type { TuningStore } from './tuning/store.ts';
import { tunerFor } from './tuning/tuner.ts';

export type { TuningStore } from './tuning/store.ts';

/**
 * Has `webgpu` find out which way of computing each product of matrices is the fastest on this adapter, and remember it.
 *
 * ```ts
 * const known = new Map<string, string>();
 * const store = { getItem: (name) => known.get(name), setItem: (name, text) => known.set(name, text) };
 * const backend = await webgpu({ tuning: tuneProducts(store) });
 * // Nothing, before a program has a product.
 * console.log(known.size); // prints 0
 * backend.dispose();
 * ```
 *
 * @param store where it is remembered, such as `localStorage`
 */
export function tuneProducts(store: TuningStore): Tuning {
  return (adapter, device, profile) => tunerFor(adapter, device, profile, store);
}
