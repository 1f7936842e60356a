/** What can be counted aloud; each language has `noun-<noun>-none` and one clip for each of its plural categories. */
export const nouns = [
  'message',
  'new-message',
  'saved-message',
  'urgent-message',
  'deleted-message',
  'voice-message',
  'fax',
  'text',
  'email',
  'image',
  'video',
  'page',
  'second',
  'minute',
  'hour',
  'day',
  'number',
  'recipient',
  'subscriber',
  'try',
] as const;

export type Noun = (typeof nouns)[number];
