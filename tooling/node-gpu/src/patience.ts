/** A promise of the GPU's is kept later by no more than this. */
const pause = 1; // milliseconds

let isPatient = false;

/**
 * Has Node's binding wait while the GPU works. By itself it asks at every turn of the event loop whether the GPU has finished,
 * with a function of its own each time, up to 700 in a step of a small model: that takes a core, which a GPU in software needs,
 * and tens of megabytes, which come and go as garbage is collected.
 */
export function waitPatiently(): void {
  if (isPatient) return;
  isPatient = true;
  const { setImmediate: immediately, setTimeout: later } = globalThis;
  const patiently = (callback: (...given: unknown[]) => void, ...given: unknown[]): unknown =>
    isBindings(callback) ? later(callback, pause) : immediately(callback, ...given);
  Object.defineProperties(patiently, Object.getOwnPropertyDescriptors(immediately));
  globalThis.setImmediate = patiently as typeof setImmediate;
}

/** Whether a function has no name and no text: no program's has neither. */
function isBindings(callback: (...given: unknown[]) => void): boolean {
  return callback.name === '' && Function.prototype.toString.call(callback).endsWith('{ [native code] }');
}
