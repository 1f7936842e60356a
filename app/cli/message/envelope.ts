import type { OfficeRun } from '../command.ts';
import { Failure } from '../failure.ts';
import { findMessage } from '../office/messages.ts';

export async function showEnvelope({ office, out }: OfficeRun, _choice: object, name = ''): Promise<void> {
  const { id } = await findMessage(office, name);
  const xml = await office.store.messages.envelopeXml(id);
  if (xml === undefined) throw new Failure('notFound', `message ${name} has just gone`);
  if (out.json) await out.document({ id, envelope: xml });
  else await out.raw(xml.endsWith('\n') ? xml : `${xml}\n`);
}
