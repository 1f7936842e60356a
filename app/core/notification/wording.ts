/** Answers to a subscriber's text. */
export type ReplyName =
  | 'help'
  | 'saved'
  | 'deleted'
  | 'stopped'
  | 'started'
  | 'no-transcript'
  | 'no-message'
  | 'unknown-reference'
  | 'expired'
  | 'already-deleted'
  | 'reference-not-yours'
  | 'locked'
  | 'calling-you'
  | 'calling-you-for-sender'
  | 'cannot-call'
  | 'try-later';

/**
 * The words of one language, with `{holes}`. Each must fit in one SMS when its holes are filled: write them with the
 * characters of GSM-7 (3GPP TS 23.038), which has é ñ ¿ ¡ but not á í ó ú.
 */
export interface Wording {
  /** Holes: caller, duration, open. */
  readonly notice: string;
  readonly urgentNotice: string;
  /** For 70 characters. Same holes. */
  readonly shortNotice: string;
  readonly unknownCaller: string;
  readonly privateCaller: string;
  /** Hole: access. */
  readonly welcome: string;
  /** Hole in `help`: access. */
  readonly replies: Readonly<Record<ReplyName, string>>;
}

const english: Wording = {
  notice: 'New voice message from {caller}, {duration}. Call {open} - Reply 1 to listen, HELP for more.',
  urgentNotice:
    'Urgent voice message from {caller}, {duration}. Call {open} - Reply 1 to listen, HELP for more.',
  shortNotice: '{caller} {duration} {open} Reply 1 to listen',
  unknownCaller: 'an unknown caller',
  privateCaller: 'a private number',
  welcome:
    'You now have voice mail: the next text brings your first message. Call {access} to listen. Reply HELP for help, STOP for no more texts.',
  replies: {
    help: 'Reply 1 to listen, TEXT to read, SAVE, DELETE, CALL to call back, STOP for no more texts. Or call {access} and enter the reference.',
    saved: 'Your message is saved.',
    deleted: 'Your message is deleted.',
    stopped: 'You will get no more texts about messages. Reply START to get them again.',
    started: 'You will get texts about new messages again. Reply STOP to end them.',
    'no-transcript': 'There is no written version of this message. Reply 1 to listen to it.',
    'no-message': 'You have no message that this answers. Reply HELP for help.',
    'unknown-reference': 'That reference is not right. Please check its ten digits and try again.',
    expired: 'That reference is no longer valid.',
    'already-deleted': 'That message was deleted.',
    'reference-not-yours':
      'That message belongs to another number. Please reply from the number that got it.',
    locked: 'Too many wrong references. Please try again later.',
    'calling-you': 'We are calling you now to play your message.',
    'calling-you-for-sender': 'We are calling you now and will then connect you with the sender.',
    'cannot-call': 'The sender of this message cannot be called: there is no number.',
    'try-later': 'That did not work just now. Please try again in a few minutes.',
  },
};

const spanish: Wording = {
  notice: 'Nuevo mensaje de voz de {caller}, {duration}. Llame al {open} - Responda 1 para escuchar.',
  urgentNotice: 'Mensaje de voz urgente de {caller}, {duration}. Llame al {open} - Responda 1 para escuchar.',
  shortNotice: '{caller} {duration} {open} 1 para escuchar',
  unknownCaller: 'un desconocido',
  privateCaller: 'un llamante oculto',
  welcome:
    'Ya tiene correo de voz. El texto siguiente trae su primer mensaje. Llame al {access} para escuchar. Responda AYUDA, o PARAR para no recibir textos.',
  replies: {
    help: 'Responda 1 para escuchar, TEXTO, GUARDAR, BORRAR, LLAMAR al remitente, PARAR para no recibir textos. O llame al {access} con la referencia.',
    saved: 'Su mensaje ha sido guardado.',
    deleted: 'Su mensaje ha sido borrado.',
    stopped: 'Ya no recibe textos sobre mensajes. Responda ALTA para volver a recibirlos.',
    started: 'De nuevo recibe textos sobre mensajes nuevos. Responda PARAR para no recibirlos.',
    'no-transcript': 'Este mensaje no tiene texto. Responda 1 para escucharlo.',
    'no-message': 'No tiene mensajes a los que esto responda. Responda AYUDA.',
    'unknown-reference': 'Esa referencia no es correcta. Revise sus diez cifras.',
    expired: 'Esa referencia ya no es válida.',
    'already-deleted': 'Ese mensaje fue borrado.',
    'reference-not-yours': 'Ese mensaje es de otra persona. Responda desde su propio teléfono.',
    locked: 'Demasiadas referencias incorrectas. Intente de nuevo luego.',
    'calling-you': 'Le llamamos ahora para que escuche su mensaje.',
    'calling-you-for-sender': 'Le llamamos ahora y le comunicamos con el remitente.',
    'cannot-call': 'No se puede llamar al remitente: no hay número.',
    'try-later': 'Ahora no es posible. Vuelva a intentarlo en unos minutos.',
  },
};

const table: Readonly<Record<string, Wording>> = { en: english, es: spanish };

/** Words of a language tag (BCP 47): by its first part, else English. */
export function wording(language: string): Wording {
  const first = language.toLowerCase().split('-')[0] ?? '';
  return (Object.hasOwn(table, first) ? table[first] : undefined) ?? english;
}

/** A template with its holes filled; one that nothing is known for becomes empty. */
export function fill(template: string, holes: Readonly<Record<string, string>>): string {
  return template.replace(/\{(\w+)\}/g, (_, hole: string) =>
    Object.hasOwn(holes, hole) ? (holes[hole] ?? '') : '',
  );
}
