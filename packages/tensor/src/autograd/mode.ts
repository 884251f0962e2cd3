const modes = { grad: true, autocast: false };

/** Whether operations record how to differentiate them. */
export function isGradEnabled(): boolean {
  return modes.grad;
}

/** Whether products take float16, and what needs float32's range float32: see `autocast`. */
export function isAutocastEnabled(): boolean {
  return modes.autocast;
}

/** Sets a mode and returns how to go back. */
export function switchMode(mode: keyof typeof modes, on: boolean): () => void {
  const before = modes[mode];
  modes[mode] = on;
  return () => {
    modes[mode] = before;
  };
}
