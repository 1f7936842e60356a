/** What the command ends with, for scripts; the same numbers always mean the same. */
export const exitCodes = {
  done: { code: 0, text: 'all is well' },
  failed: {
    code: 1,
    text: 'it could not be done, or not all of it; of `doctor`: something is wrong',
  },
  usage: { code: 2, text: 'wrong use: a command, option or argument; or `--yes` is missing' },
  notFound: { code: 3, text: 'there is no such subscriber, mailbox or message' },
  invalid: { code: 4, text: 'fields or lines were wrong and are reported; the others are done' },
  refused: { code: 5, text: 'it is not allowed now, as removing what is on hold' },
  interrupted: { code: 130, text: 'ended by Ctrl-C (SIGINT)' },
} as const satisfies Readonly<Record<string, { readonly code: number; readonly text: string }>>;

export type Ending = keyof typeof exitCodes;
