/**
 * Operations that this library does not have yet. Only the test in test/cases.test.ts reads this: to the command they are
 * failures. The test fails as soon as a case of one of them passes, so the list can only shrink.
 */
export const notYet: ReadonlySet<string> = new Set([
  // initialisers
  // layers
  // losses
  // normalization
]);
