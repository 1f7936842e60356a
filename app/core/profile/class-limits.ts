/** Least and most of the numbers of a class of service; units as in `ClassOfService`. */
export const classLimits = {
  maxMessageSeconds: [1, 3600],
  maxSilenceSeconds: [1, 60],
  minSpeechMs: [0, 10_000],
  retentionDays: [1, 3650],
  referenceDays: [1, 3650],
  maxMessages: [1, 1_000_000],
  trashDays: [0, 365],
} as const;
