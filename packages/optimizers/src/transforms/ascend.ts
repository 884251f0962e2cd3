import { perParameter, type Transform } from '../transform.ts';

/** Turns the gradient around where the parameter group says `maximize`. */
export function ascendIfMaximizing(): Transform {
  return perParameter((update, { group }) => (group.maximize ? update.neg() : update));
}
