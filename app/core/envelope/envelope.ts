/**
 * The XML form of an envelope, as envelope.xsd (namespace `urn:answerback:envelope:1`) describes it. Every value is an
 * attribute, so that blanks need no rules of their own; only the inline bytes of an export are text.
 */
import { XMLBuilder } from 'fast-xml-parser';
import { attestations } from '../address/attestation.ts';
import type { E164, MediaId, MessageId } from '../ids.ts';
import { omissions, type Envelope, type FaxFacts, type Omitted, type Part } from '../message/message.ts';
import { messageKinds } from '../profile/class-of-service.ts';
import {
  asCount,
  asFlag,
  asIdentifier,
  asInstant,
  base64,
  blank,
  childless,
  cleanText,
  count,
  identifier,
  instant,
  matched,
  mediaType,
  oneOf,
  sha256,
} from './values.ts';
import { invalid, parseXml, type XmlElement } from './xml-element.ts';

const namespace = 'urn:answerback:envelope:1';
const networks = ['sip', 'sms', 'email', 'fax', 'web'] as const;

/** Longest envelope without inline bytes. */
export const maxEnvelopeCharacters = 65_536;

/** Writes trees whose attributes are named `@name`. */
export const builder = new XMLBuilder({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  suppressEmptyNode: true,
  suppressBooleanAttributes: false,
});

/**
 * Writes the XML of an envelope. Characters that XML 1.0 cannot hold are cleaned, see `cleanText`.
 * @param contents base64 of the bytes of parts that are to be inlined, for exports.
 * @throws Fault `invalid` if the envelope could not be read back: a wrong date, count, hash or media type.
 */
export function writeEnvelope(envelope: Envelope, contents?: ReadonlyMap<MediaId, string>): string {
  const { origin, from, to, dialled, related, subject, fax, omitted = [] } = envelope;
  const tree = {
    '@xmlns': namespace,
    '@id': identifier(envelope.id),
    '@kind': envelope.kind,
    '@received': instant(envelope.received),
    '@urgent': String(envelope.urgent),
    '@confidential': String(envelope.confidential),
    '@cut': String(envelope.cut),
    origin: { '@network': origin.network, '@id': cleanText(origin.id) },
    from: {
      ...(from.number === undefined ? {} : { '@number': cleanText(from.number) }),
      ...(from.address === undefined ? {} : { '@address': cleanText(from.address) }),
      ...(from.name === undefined ? {} : { '@name': cleanText(from.name) }),
      ...(from.attestation === undefined ? {} : { '@attestation': from.attestation }),
      '@private': String(from.private),
    },
    to: { '@number': cleanText(to) },
    ...(dialled === undefined ? {} : { dialled: { '@number': cleanText(dialled) } }),
    ...(related === undefined ? {} : { related: { '@id': identifier(related) } }),
    ...(subject === undefined ? {} : { subject: { '@text': cleanText(subject) } }),
    ...(fax === undefined ? {} : { fax: faxTree(fax) }),
    omitted: omitted.map(omittedTree),
    part: envelope.parts.map((part) => partTree(part, contents?.get(part.media))),
  };
  return `<?xml version="1.0" encoding="UTF-8"?>${builder.build({ envelope: tree })}`;
}

function faxTree({ station, rate, mode }: FaxFacts) {
  return {
    ...(station === undefined ? {} : { '@station': cleanText(station) }),
    '@rate': count(rate),
    '@mode': mode,
  };
}

function omittedTree({ why, name, contentType }: Omitted) {
  return {
    '@why': why,
    ...(name === undefined ? {} : { '@name': cleanText(name) }),
    ...(contentType === undefined ? {} : { '@contentType': cleanText(contentType) }),
  };
}

function partTree(part: Part, content: string | undefined) {
  return {
    '@media': identifier(part.media),
    '@contentType': matched(cleanText(part.contentType), mediaType, 'contentType'),
    '@bytes': count(part.bytes),
    ...(part.durationMs === undefined ? {} : { '@durationMs': count(part.durationMs) }),
    ...(part.pages === undefined ? {} : { '@pages': count(part.pages) }),
    ...(part.name === undefined ? {} : { '@name': cleanText(part.name) }),
    '@sha256': matched(part.sha256, sha256, 'sha256'),
    ...(content === undefined ? {} : { content: base64(content) }),
  };
}

/**
 * Reads an envelope. The inline bytes of an export are checked for their form and left out.
 * @param maxCharacters longest document to look at; raise it for exports with inline bytes.
 * @throws Fault `invalid`, not temporary, for anything that is not exactly such a document: other namespace, DOCTYPE,
 *   entities other than XML's own five and character references, unknown or missing elements and attributes, wrong values.
 */
export function readEnvelope(xml: string, maxCharacters = maxEnvelopeCharacters): Envelope {
  return envelopeOf(parseXml(xml, maxCharacters));
}

/** The same of a document that is parsed already, or of an element in one. */
export function envelopeOf(root: XmlElement): Envelope {
  if (root.name !== 'envelope') throw invalid('the document element is not an envelope');
  root.allow('xmlns', 'id', 'kind', 'received', 'urgent', 'confidential', 'cut');
  if (root.text('xmlns') !== namespace) throw invalid('the namespace is another one');
  const { origin, from, to, dialled, related, subject, fax, omitted, parts } = childrenOf(root);
  const number = from.optional('number', String);
  const address = from.optional('address', String);
  const name = from.optional('name', String);
  const attestation = from.optional('attestation', oneOf(attestations));
  return {
    id: root.read('id', asIdentifier) as MessageId,
    kind: root.read('kind', oneOf(messageKinds)),
    origin: { network: origin.read('network', oneOf(networks)), id: origin.text('id') },
    from: {
      ...(number === undefined ? {} : { number }),
      ...(address === undefined ? {} : { address }),
      ...(name === undefined ? {} : { name }),
      ...(attestation === undefined ? {} : { attestation }),
      private: from.read('private', asFlag),
    },
    to: to.text('number') as E164,
    ...(dialled === undefined ? {} : { dialled: dialled.text('number') }),
    received: root.read('received', asInstant),
    urgent: root.read('urgent', asFlag),
    confidential: root.read('confidential', asFlag),
    cut: root.read('cut', asFlag),
    parts: parts.map(readPart),
    ...(related === undefined ? {} : { related: related.read('id', asIdentifier) as MessageId }),
    ...(subject === undefined ? {} : { subject: subject.text('text') }),
    ...(fax === undefined ? {} : { fax: readFax(fax) }),
    ...(omitted.length === 0 ? {} : { omitted: omitted.map(readOmitted) }),
  };
}

function childrenOf(root: XmlElement) {
  blank(root);
  const names = root.children.map((child) => `${child.name},`).join('');
  if (
    !/^origin,from,to,(dialled,)?(related,)?(subject,)?(fax,)?(omitted,){0,100}(part,){0,1000}$/.test(names)
  )
    throw invalid('the elements are not in their order');
  const one = (name: string) => root.children.find((child) => child.name === name);
  const all = (name: string) => root.children.filter((child) => child.name === name);
  const leaf = (name: string, ...attributes: string[]) =>
    one(name) && childless(one(name) as XmlElement).allow(...attributes);
  return {
    origin: leaf('origin', 'network', 'id') as XmlElement,
    from: leaf('from', 'number', 'address', 'name', 'attestation', 'private') as XmlElement,
    to: leaf('to', 'number') as XmlElement,
    dialled: leaf('dialled', 'number'),
    related: leaf('related', 'id'),
    subject: leaf('subject', 'text'),
    fax: leaf('fax', 'station', 'rate', 'mode'),
    omitted: all('omitted').map((one) => childless(one).allow('why', 'name', 'contentType')),
    parts: all('part').map((part) =>
      part.allow('media', 'contentType', 'bytes', 'durationMs', 'pages', 'name', 'sha256'),
    ),
  };
}

function readFax(fax: XmlElement): FaxFacts {
  const station = fax.optional('station', String);
  return {
    ...(station === undefined ? {} : { station }),
    rate: fax.read('rate', asCount),
    mode: fax.read('mode', oneOf(['t38', 'audio'])),
  };
}

function readOmitted(omitted: XmlElement): Omitted {
  const name = omitted.optional('name', String);
  const contentType = omitted.optional('contentType', String);
  return {
    why: omitted.read('why', oneOf(omissions)),
    ...(name === undefined ? {} : { name }),
    ...(contentType === undefined ? {} : { contentType }),
  };
}

function readPart(part: XmlElement): Part {
  const [content, ...more] = part.children;
  if (more.length > 0 || (content && content.name !== 'content'))
    throw invalid('a part has more than its content');
  if (content) {
    if (content.children.length > 0) throw invalid('content has elements');
    base64(content.allow().content.replace(/[ \t\n\r]/g, ''));
    blank(part);
  } else childless(part);
  const durationMs = part.optional('durationMs', asCount);
  const pages = part.optional('pages', asCount);
  const name = part.optional('name', String);
  return {
    media: part.read('media', asIdentifier) as MediaId,
    contentType: matched(part.text('contentType'), mediaType, 'contentType'),
    bytes: part.read('bytes', asCount),
    ...(durationMs === undefined ? {} : { durationMs }),
    ...(pages === undefined ? {} : { pages }),
    ...(name === undefined ? {} : { name }),
    sha256: matched(part.text('sha256'), sha256, 'sha256'),
  };
}
