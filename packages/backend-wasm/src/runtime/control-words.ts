/** The words by which threads meet, as `participate` has them. */
export const controlWords = {
  claim: 128,
  sleepers: 160,
  program: 176,
  script: 177,
  values: 178,
  end: 179,
  ready: 192,
  failure: 208,
} as const;
