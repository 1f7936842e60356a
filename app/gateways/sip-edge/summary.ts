import { messageContexts, type LampClasses } from '../../core/mailbox/lamp.ts';

/** The body of a message summary (RFC 3842, section 5.2). */
export function summaryOf(account: string, classes: LampClasses): string {
  const lines = messageContexts.flatMap((context) => {
    const counts = classes[context];
    // The urgent among the old are not counted anywhere.
    return counts === undefined
      ? []
      : [`${headerOf(context)}: ${counts.new}/${counts.old} (${counts.urgent}/0)`];
  });
  const waiting = Object.values(classes).some((counts) => counts.new > 0);
  const head = [`Messages-Waiting: ${waiting ? 'yes' : 'no'}`, `Message-Account: ${account}`];
  return [...head, ...lines, ''].join('\r\n');
}

/** `Voice-Message` of `voice-message`. */
function headerOf(context: string): string {
  return context.replaceAll(/\b[a-z]/g, (letter) => letter.toUpperCase());
}
