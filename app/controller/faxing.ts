/** Puts the services of faxes together. */
import { BlockList, isIP } from 'node:net';
import type { Config } from '../config.ts';
import type { Rooms } from './rooms.ts';
import type { TextOutDeps } from '../services/text-out.ts';
import { createFaxMail } from '../services/fax-mail.ts';
import { createFaxOut, type FaxOut } from '../services/fax-out.ts';
import type { FaxRunDeps } from '../services/fax-run.ts';
import { createFaxPaper } from '../services/fax-paper.ts';
import type { MailToFax } from '../services/mail-in.ts';
import type { Tolls } from '../services/tolls.ts';

type Shared = Omit<FaxRunDeps, 'paper' | 'fax' | 'media' | 'tolls' | 'onDue'> & {
  readonly conversions: FaxRunDeps['conversions'] & Parameters<typeof createFaxPaper>[0]['conversions'];
};

export function createFaxing(
  { config, media, documents }: Pick<Rooms, 'config' | 'media' | 'documents'>,
  shared: Shared,
  tolls: Tolls,
  due: { readonly faxes: (at: Date) => void; readonly texts: TextOutDeps['onDue'] },
): { readonly faxOut: FaxOut; readonly faxMail: MailToFax } {
  const { fax } = config;
  const paper = createFaxPaper({ ...shared, documents, maxPages: fax.maxPages });
  const faxOut = createFaxOut({
    ...shared,
    media,
    tolls,
    paper,
    lines: fax.lines,
    fax: { ...fax, maxSeconds: fax.maxMinutes * 60, ringSeconds: config.deliver.ringSeconds },
    onDue: due.faxes,
  });
  const texts = { ...shared, onDue: due.texts };
  return { faxOut, faxMail: createFaxMail({ ...texts, faxOut, isTrusted: trusting(fax) }) };
}

/** What we call ourselves when we receive, and how long that may take. */
export function receivingRule({ fax }: Pick<Config, 'fax'>, access: string) {
  return { station: fax.station ?? access, maxSeconds: fax.maxMinutes * 60 };
}

function trusting({ mailClients }: Config['fax']): (client: string) => boolean {
  const list = new BlockList();
  for (const one of mailClients) {
    const [address = '', bits] = one.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    list.addSubnet(address, bits === undefined ? (family === 'ipv6' ? 128 : 32) : Number(bits), family);
  }
  return (client) => {
    const address = client.replace(/^::ffff:(?=\d+\.)/i, '');
    return isIP(address) !== 0 && list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  };
}
