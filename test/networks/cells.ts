/** What a message that came in by one network gives on another: the cells of docs/networks.md, each of which a test looks at. */

export const ways = ['call', 'sip-message', 'smpp', 'mms', 'email', 'fax', 'web'] as const;
export type Way = (typeof ways)[number];

export const places = ['telephone', 'sms', 'sip-message', 'email', 'fax', 'api'] as const;
export type Place = (typeof places)[number];

export const wayNames: Readonly<Record<Way, string>> = {
  call: 'a call (SIP)',
  'sip-message': 'a SIP MESSAGE',
  smpp: 'an SMS (SMPP)',
  mms: 'an MMS (Twilio)',
  email: 'an e-mail',
  fax: 'a fax (T.38)',
  web: 'a web upload (API)',
};

export const placeNames: Readonly<Record<Place, string>> = {
  telephone: 'telephone',
  sms: 'SMS',
  'sip-message': 'SIP MESSAGE',
  email: 'e-mail',
  fax: 'fax',
  api: 'API',
};

/** `undefined`: a cell that makes no sense. */
export const cells: Readonly<Record<Way, Readonly<Record<Place, string | undefined>>>> = {
  call: {
    telephone: 'its sound',
    sms: 'a notice; TEXT gives what speech recognition understood',
    'sip-message': 'a notice; TEXT as in SMS',
    email: 'a mail with the sound',
    fax: undefined,
    api: 'the sound, byte for byte',
  },
  'sip-message': {
    telephone: 'its words, spoken',
    sms: 'a notice with its words; TEXT gives all',
    'sip-message': 'a notice with its words; TEXT gives all',
    email: 'a mail with its words',
    fax: 'its words on a page',
    api: 'its words',
  },
  smpp: {
    telephone: 'its words, spoken',
    sms: 'a notice with its words; TEXT gives all',
    'sip-message': 'a notice with its words; TEXT gives all',
    email: 'a mail with its words',
    fax: 'its words on a page',
    api: 'its words',
  },
  mms: {
    telephone: 'that it is a picture, and its words spoken',
    sms: 'a notice with its words; TEXT gives all',
    'sip-message': 'a notice with its words; TEXT gives all',
    email: 'a mail with the picture',
    fax: 'the picture on a page',
    api: 'the picture, byte for byte',
  },
  email: {
    telephone: 'subject and words, spoken',
    sms: 'a notice with its subject; TEXT gives its words',
    'sip-message': 'a notice with its subject; TEXT gives its words',
    email: 'a mail with its words and what was attached',
    fax: 'its words on a page',
    api: 'words and attachments, byte for byte',
  },
  fax: {
    telephone: 'from whom it is and how many pages',
    sms: 'a notice with the number of pages',
    'sip-message': 'a notice with the number of pages',
    email: 'a mail with the pages as PDF',
    fax: 'its pages',
    api: 'its pages, byte for byte',
  },
  web: {
    telephone: 'that it is a picture, and its words spoken',
    sms: 'a notice with its words; TEXT gives all',
    'sip-message': 'a notice with its words; TEXT gives all',
    email: 'a mail with the picture',
    fax: 'the picture on a page',
    api: 'the picture, byte for byte',
  },
};
