/** The switch refused a command: its reply began with `-ERR` or `-USAGE`. */
export class EslError extends Error {
  /** What was asked, without its arguments: those may hold numbers and texts. */
  readonly command: string;
  /** The reply's own words, as `-ERR USER_BUSY`. */
  readonly reply: string;

  constructor(command: string, reply: string) {
    super(`${command}: ${reply}`);
    this.name = 'EslError';
    this.command = command;
    this.reply = reply;
  }
}

/** There is no connection, or it was lost before the answer: whether the command was done is not known. */
export class EslDown extends Error {
  constructor(command: string, why: string) {
    super(`${command}: ${why}`);
    this.name = 'EslDown';
  }
}

/** No answer within the deadline, although connected. The connection is given up: its replies are out of step. */
export class EslTimeout extends Error {
  constructor(command: string, ms: number) {
    super(`${command}: no answer within ${ms} ms`);
    this.name = 'EslTimeout';
  }
}

/** The channel hung up before what was asked of it came to an end. */
export class EslHungUp extends Error {
  constructor(command: string) {
    super(`${command}: the channel hung up`);
    this.name = 'EslHungUp';
  }
}

/** What came is no event socket message, or longer than any may be. */
export class EslGarbage extends Error {
  constructor(text: string) {
    super(text);
    this.name = 'EslGarbage';
  }
}
