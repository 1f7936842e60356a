/** docs/api.md: how to ask, examples that a test runs, and a table of all routes. */
import type { ApiDocument } from './document.ts';
import { examples } from './examples.ts';

export function apiPage(document: ApiDocument): string {
  return [
    intro,
    ...examples.map(({ title, text, script }) => example(title, text, script)),
    rules,
    routes(document),
  ]
    .map((part) => part.trim())
    .join('\n\n')
    .concat('\n');
}

const intro = `
# The API

Programs ask for mailboxes and messages over HTTP at \`/v1\`, with JSON; the subscriber’s page does nothing else. [openapi.json](openapi.json) describes
all of it (OpenAPI 3.1); a server gives its own at \`/v1/openapi.json\`. Both and this page are written from the routes by \`npm run api:docs\`, and a test
runs every example below.

The examples ask as a key: \`$KEY\`. \`$API\` is the server’s address with \`/v1\`, \`$MAILBOX\` a mailbox’s id.`;

function example(title: string, text: string, script: string): string {
  return `## ${title}\n\n${text}\n\n\`\`\`sh\n${script.trim()}\n\`\`\``;
}

const rules = `
## What holds everywhere

- **Who may.** A key has scopes and perhaps a mailbox; a session is a subscriber’s or an operator’s; a link of a notice opens its message alone, to read, save and
  delete. Operators in person never get at what messages say: only keys made for it do (\`messages:read\`), and that is audited. What is not yours is
  answered as if it were not there.
- **Problems.** \`application/problem+json\` (RFC 9457) with a \`code\` for programs, \`detail\` for people, and \`fields\` where a field is wrong. 401: say who you are; 403: your key does not
  include it; 404: not there, or not yours; 409: the key of a repeat was used for something else; 410: gone; 412: changed meanwhile; 413: too large; 422: understood, but it cannot be done; 429: too often, or locked after
  wrong PINs or references, \`Retry-After\` says until when; 503: not now.
- **Pages.** \`items\` and \`next\`; send \`next\` as \`cursor\` for the next page, with the same filter. What comes meanwhile neither repeats nor shifts anything. Another filter, or a cursor made up: 400.
- **Changes.** Mailboxes and messages have a \`version\` and an \`ETag\`. With \`If-Match\` a change is made only from the version that you saw (412 otherwise); without it, from any.
- **Repeats.** What makes something takes an \`Idempotency-Key\`: the same request again, also at the same time, makes nothing twice.
- **Content.** Parts come as they came or in one of their \`forms\` (\`?form=audio/mpeg\`, \`?form=image/png&page=2\`), whole or in ranges. What strangers sent comes with
  \`nosniff\` and a policy that lets nothing run; pages come as plain text.
- **Limits.** \`web.api.perMinute\` requests of one key or session, \`web.api.perAddress\` from one address; 64 KiB of a request, 28 MB where it has parts (20 MB as bytes), 30 MB for greetings; 100 items of a page.
- **Methods.** \`HEAD\` wherever \`GET\` is; \`OPTIONS\` says what there is; others are 405 with \`Allow\`.`;

function routes({ paths }: ApiDocument): string {
  const rows = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { summary, security = [] }]) => {
      const [scope] = security.flatMap((one) => one['key'] ?? []);
      const who = security.length === 0 ? 'all' : (scope ?? '');
      return `| ${method.toUpperCase()} | \`${path}\` | ${summary} | ${who === 'all' ? 'all' : `\`${who}\``} |`;
    }),
  );
  return ['## Routes', '', '| | | | scope |', '| --- | --- | --- | --- |', ...rows].join('\n');
}
