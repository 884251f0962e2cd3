let enabled = true;

/** Whether operations record how to differentiate them. */
export function isGradEnabled(): boolean {
  return enabled;
}

/** Sets the mode and returns how to go back. */
export function switchGrad(on: boolean): () => void {
  const before = enabled;
  enabled = on;
  return () => {
    enabled = before;
  };
}
