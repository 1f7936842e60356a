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

/** The same of those that may be absent. */
export const optionalClassLimits = {
  maxBytes: [100_000, 1_000_000_000_000],
  maxSeconds: [60, 100_000_000],
  urgentReservePercent: [0, 100],
  memoryBytes: [0, 1_000_000_000_000],
  archiveAfterDays: [0, 3650],
  compressAfterDays: [0, 3650],
} as const;
