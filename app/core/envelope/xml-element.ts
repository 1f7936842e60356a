import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { Fault } from '../errors.ts';

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  maxNestedTags: 8,
  processEntities: false,
});

/** What `preserveOrder` gives: one key that names the element or text, and `:@` with the attributes. */
type ParsedNode = Readonly<Record<string, readonly ParsedNode[] | Readonly<Record<string, string>> | string>>;

/** One element of a small, strict XML document. Its readers throw a Fault `invalid` for what is missing or wrong. */
export class XmlElement {
  readonly name: string;
  readonly children: readonly XmlElement[];
  /** All character data directly inside. */
  readonly content: string;
  readonly #attributes: ReadonlyMap<string, string>;

  constructor(
    name: string,
    attributes: ReadonlyMap<string, string>,
    children: readonly XmlElement[],
    content: string,
  ) {
    this.name = name;
    this.#attributes = attributes;
    this.children = children;
    this.content = content;
  }

  /** Refuses attributes that are not named here. */
  allow(...names: readonly string[]): this {
    for (const name of this.#attributes.keys())
      if (!names.includes(name)) throw this.#wrong(name, 'is not known');
    return this;
  }

  text(name: string): string {
    const value = this.#attributes.get(name);
    if (value === undefined) throw this.#wrong(name, 'is missing');
    return value;
  }

  optional<T>(name: string, read: (value: string, fail: (what: string) => Fault) => T): T | undefined {
    return this.#attributes.has(name) ? this.read(name, read) : undefined;
  }

  read<T>(name: string, read: (value: string, fail: (what: string) => Fault) => T): T {
    return read(this.text(name), (what) => this.#wrong(name, what));
  }

  #wrong(attribute: string, what: string): Fault {
    return invalid(`${this.name}/@${attribute} ${what}`);
  }
}

/** Byte order mark and XML declaration (XML 1.0, section 2.8), both optional; the text is UTF-8 by the time it is here. */
const declaration =
  /^\uFEFF?(?:<\?xml[ \t\n\r]+version[ \t\n\r]*=[ \t\n\r]*(["'])1\.0\1(?:[ \t\n\r]+encoding[ \t\n\r]*=[ \t\n\r]*(["'])[Uu][Tt][Ff]-8\2)?(?:[ \t\n\r]+standalone[ \t\n\r]*=[ \t\n\r]*(["'])(?:yes|no)\3)?[ \t\n\r]*\?>)?/;

/**
 * Parses a document that has elements, attributes and text only. No DOCTYPE (so no entities of its own), comment, CDATA
 * or processing instruction is looked at.
 * @throws Fault `invalid`
 */
export function parseXml(xml: string, maxCharacters: number): XmlElement {
  if (xml.length > maxCharacters) throw invalid('the document is too long');
  const body = xml.replace(declaration, '');
  if (!isTags(body)) throw invalid('only elements, attributes and text are allowed');
  if (/[^\P{Cc}\t\n\r\u007F-\u009F]|[\p{Cs}\uFFFE\uFFFF]/u.test(body))
    throw invalid('a character is not allowed in XML');
  if (/&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9A-Fa-f]{1,6});)/.test(body))
    throw invalid('an entity is not known');
  const roots = parseNodes(body).filter((node) => !isBlank(node));
  const [root] = roots;
  if (roots.length !== 1 || root === undefined || '#text' in root)
    throw invalid('there must be one document element');
  return toElement(root);
}

/** One tag with the text before it, as XML 1.0 has it in section 3.1; names are ASCII and have no prefix. */
const tag =
  /[^<]*<(?:\/[A-Za-z_][\w.-]*[ \t\n\r]*|[A-Za-z_][\w.-]*(?:[ \t\n\r]+[A-Za-z_][\w.-]*[ \t\n\r]*=[ \t\n\r]*(?:"[^"<]*"|'[^'<]*'))*[ \t\n\r]*\/?)>/y;

/** Whether there is nothing but tags and text. The library is lenient: it takes `a="1"= b="2"` and `</a b="1"/>`. */
function isTags(body: string): boolean {
  const end = body.lastIndexOf('>') + 1;
  tag.lastIndex = 0;
  while (tag.lastIndex < end) if (!tag.test(body)) return false;
  return /^[ \t\n\r]*</.test(body) && /^[ \t\n\r]*$/.test(body.slice(end));
}

function parseNodes(body: string): readonly ParsedNode[] {
  try {
    const verdict = XMLValidator.validate(body);
    if (verdict !== true) throw invalid(verdict.err.msg);
    return parser.parse(body) as readonly ParsedNode[];
  } catch (error) {
    throw error instanceof Fault ? error : invalid((error as Error).message, error);
  }
}

function isBlank(node: ParsedNode): boolean {
  return typeof node['#text'] === 'string' && /^[ \t\n\r]*$/.test(node['#text']);
}

function toElement(node: ParsedNode): XmlElement {
  const name = Object.keys(node).find((key) => key !== ':@') ?? '';
  const inside = (node[name] ?? []) as readonly ParsedNode[];
  const attributes = Object.entries((node[':@'] ?? {}) as Readonly<Record<string, string>>);
  return new XmlElement(
    name,
    new Map(attributes.map(([key, value]) => [key, decode(value.replace(/\r\n|[\t\n\r]/g, ' '))])),
    inside.filter((child) => !('#text' in child)).map(toElement),
    inside.map(textOf).join(''),
  );
}

function textOf(node: ParsedNode): string {
  const text = node['#text'];
  return typeof text === 'string' ? decode(text) : '';
}

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decode(text: string): string {
  if (/</.test(text)) throw invalid('a value has a bare <');
  return text.replace(
    /&(#x)?(#)?(\w+);/g,
    (_, hex: string | undefined, decimal: string | undefined, value: string) => {
      if (!hex && !decimal) return named[value] ?? '';
      const code = parseInt(value, hex ? 16 : 10);
      if (!isXmlCharacter(code)) throw invalid('a character reference is not allowed in XML');
      return String.fromCodePoint(code);
    },
  );
}

/** XML 1.0, section 2.2. */
function isXmlCharacter(code: number): boolean {
  if (code < 0x20) return code === 0x9 || code === 0xa || code === 0xd;
  return code <= 0xd7ff || (code >= 0xe000 && code <= 0xfffd) || (code >= 0x10000 && code <= 0x10ffff);
}

export function invalid(what: string, cause?: unknown): Fault {
  return new Fault('invalid', `Envelope: ${what}`, {
    temporary: false,
    publicText: 'This is not a valid message envelope.',
    cause,
  });
}
