/**
 * Cases that are not run, by file and name, each with its reason. The runner prints the reasons. An operation that is
 * not there yet is a failure, not a skip: this list is for cases whose numbers PyTorch itself has changed.
 */
export const skips: Readonly<Record<string, string>> = {};
