/** The page that documents every key of answerback.yaml, made from the schema. */
import { z } from 'zod';
import { configSchema } from '../app/config/schema.ts';

interface Node {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly additionalProperties?: Node | boolean;
  readonly items?: Node;
  readonly anyOf?: readonly Node[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly pattern?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
}

const intro = `# Configuration

One YAML file, named by the first argument of the controller or by \`ANSWERBACK_CONFIG\`; without one all defaults hold. A wrong key or value
stops the start with its path, what was found and what is allowed. Changed classes of service hold for the next call with no reload;
other keys need a restart. This page is made from the schema in \`app/config/schema.ts\` by \`npm run config:docs\`.

Secrets and overrides come from the environment alone:

| variable | what |
| --- | --- |
| \`ANSWERBACK_CONFIG\` | the YAML file |
| \`ANSWERBACK_PIN_PEPPER\` | mixed into hashes of PINs, see [security.md](security.md); once set it must stay |
| \`ASTERISK_ARI_PASSWORD\` | password of the ARI user |
| \`ASTERISK_AMI_PASSWORD\` | password of the manager user, where \`asterisk.manager\` is configured |
| \`FREESWITCH_PASSWORD\` | password of the event socket, where \`switch\` is \`freeswitch\` |
| \`ASTERISK_ARI_URL\` | overrides \`asterisk.url\` |
| \`MONGODB_URL\` | overrides \`store.url\` |
| \`ARCHIVE_MONGODB_URL\` | overrides \`archive.url\` |
| \`KEYS_MONGODB_URL\` | overrides \`encryption.url\` |
| \`ANSWERBACK_MASTER_KEYS\` | where \`encryption.master\` is \`environment\`: \`NAME=base64\`, several with commas, see [encryption.md](encryption.md) |
| \`VAULT_TOKEN\` | where \`encryption.master\` is \`transit\` and there is no \`tokenFile\` |
| \`DRACHTIO_SECRET\` | secret of the admin port, where \`sipEdge\` is configured |
| \`EMAIL_RELAY_PASSWORD\` | where \`email.relay.user\` is set |
| \`OIDC_CLIENT_SECRET\` | of operators' single sign-on, where the provider wants one |
| \`WEBHOOK_SECRET_<NAME>\` | secret of the hook of that name in \`webhooks\`, in capitals, with \`_\` for \`-\` |
| \`WEBHOOK_SECRET\` | secret of the hooks that subscribers' rules name |
| \`AWS_ACCESS_KEY_ID\`, \`AWS_SECRET_ACCESS_KEY\` | needed where \`archive\` is of kind \`s3\` |
| \`TWILIO_ACCOUNT_SID\`, \`TWILIO_AUTH_TOKEN\` | needed where \`twilio\` is configured |
| \`GOOGLE_APPLICATION_CREDENTIALS\` | file with the key of a service account, where \`speech\` names Google, see [speech.md](speech.md) |
| \`SMPP_PASSWORD_<NAME>\` | password of the bind of that name in \`smpp\`, in capitals, with \`_\` for \`-\`; else \`SMPP_PASSWORD\` holds |

| key | allowed | default | what |
| --- | --- | --- | --- |
`;

/** The whole page in Markdown. */
export function configPage(): string {
  const schema = z.toJSONSchema(configSchema, { io: 'input' }) as Node;
  return `${intro}${rows('', schema).join('\n')}\n`;
}

function rows(path: string, node: Node): string[] {
  const own = path === '' ? [] : [row(path, node)];
  const fields = Object.entries(node.properties ?? {}).flatMap(([key, child]) =>
    rows(path === '' ? key : `${path}.${key}`, child),
  );
  const entries =
    typeof node.additionalProperties === 'object' ? rows(`${path}.<name>`, node.additionalProperties) : [];
  const items = node.items?.properties === undefined ? [] : rows(`${path}[]`, node.items).slice(1);
  return [...own, ...fields, ...entries, ...items];
}

function row(path: string, node: Node): string {
  const cells = [`\`${path}\``, allowed(node), defaultOf(node), node.description ?? ''];
  return `| ${cells.map((cell) => cell.replaceAll('|', String.raw`\|`)).join(' | ')} |`;
}

function allowed(node: Node): string {
  if (node.anyOf !== undefined) return node.anyOf.map(allowed).join(' or ');
  if (node.const !== undefined) return `\`${JSON.stringify(node.const).replaceAll('"', '')}\``;
  if (node.enum !== undefined) return node.enum.map((value) => `\`${String(value)}\``).join(', ');
  if (node.type === 'array') return `list of ${node.items === undefined ? 'anything' : allowed(node.items)}`;
  if (node.type === 'object') return 'section';
  if (node.type === 'integer') return `whole number ${bounds(node)}`.trim();
  if (node.format === 'uri') return 'URL';
  if (node.pattern !== undefined) return `text like \`${node.pattern}\``;
  return node.type ?? 'anything';
}

function bounds({ minimum, maximum }: Node): string {
  const to = maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER ? undefined : maximum;
  if (minimum === undefined) return to === undefined ? '' : `to ${to}`;
  return to === undefined ? `from ${minimum}` : `${minimum} to ${to}`;
}

/** Sections and lists of sections show their keys' own defaults instead. */
function defaultOf(node: Node): string {
  if (node.default === undefined || node.type === 'object') return '';
  return `\`${JSON.stringify(node.default)}\``;
}
