/** Branded identifiers: strings that cannot be mixed up by accident. They are made in services and at the edges. */
declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** A number in E.164 form with its leading `+`, as `+12025550123` (ITU-T E.164). */
export type E164 = Branded<'E164'>;
/** UUIDv7 (RFC 9562): sorts by time of making. */
export type MessageId = Branded<'MessageId'>;
export type MailboxId = Branded<'MailboxId'>;
/** Id of one stored piece of media. */
export type MediaId = Branded<'MediaId'>;
/** Ten dialable digits, the tenth a Damm check digit; see core/reference. */
export type Reference = Branded<'Reference'>;
export type CdrId = Branded<'CdrId'>;
export type DeliveryId = Branded<'DeliveryId'>;
export type FaxJobId = Branded<'FaxJobId'>;
export type NotificationId = Branded<'NotificationId'>;

/** When a UUID of version 7 (RFC 9562) was made; `undefined` of any other text. */
export function timeOfUuid(id: string): Date | undefined {
  const found = /^([\da-f]{8})-([\da-f]{4})-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/.exec(id);
  return found === null ? undefined : new Date(Number.parseInt(`${found[1]}${found[2]}`, 16));
}
