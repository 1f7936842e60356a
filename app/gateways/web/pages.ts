/**
 * The page for browsers: the files that `npm run web:build` made. What has a hash in its name never changes and is kept for ever;
 * every other address is the page itself, which knows what to show there.
 */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fastifyStatic } from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** What programs ask for: there a page would be no answer. */
const forPrograms = /^\/(v1|health|webhooks)(\/|$)/;
const hashed = /^\/assets\/[\w.-]+$/;
const named = /^\/[\w-]+\.(svg|png|ico|txt|webmanifest)$/;
const nonceMark = '{style-nonce}';
const forEverMs = 365 * 86_400_000;
const anHourMs = 3_600_000;

/** @param folder absolute; it may be built later */
export async function servePages(app: FastifyInstance, folder: string): Promise<void> {
  await app.register(fastifyStatic, { root: folder, serve: false, logLevel: 'silent' });
  app.get('/*', { schema: { hide: true } }, async (request, reply) => {
    const path = request.url.split('?', 1)[0] ?? '/';
    if (forPrograms.test(path)) return reply.callNotFound();
    if (hashed.test(path)) return reply.sendFile(path, { maxAge: forEverMs, immutable: true });
    if (named.test(path)) return reply.sendFile(path, { maxAge: anHourMs });
    if (!wantsPage(request)) return reply.callNotFound();
    return sendPage(reply, folder);
  });
}

function wantsPage({ headers }: FastifyRequest): boolean {
  return headers.accept?.includes('text/html') === true;
}

async function sendPage(reply: FastifyReply, folder: string): Promise<FastifyReply> {
  const nonce = randomBytes(16).toString('base64url');
  void reply
    .type('text/html; charset=utf-8')
    .header('cache-control', 'no-cache')
    .header('content-security-policy', policy(nonce))
    .header('permissions-policy', 'microphone=(self), camera=(), geolocation=(), payment=(), usb=()')
    .header('cross-origin-opener-policy', 'same-origin');
  const page = await pageIn(folder);
  if (page === undefined) return reply.status(503).send(notBuilt);
  return reply.send(page.replace(nonceMark, nonce));
}

/** Styles that the wave of a sound brings along have the nonce; nothing else that stands in the page runs or counts. */
function policy(nonce: string): string {
  return [
    "default-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' blob:",
    "media-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}

async function pageIn(folder: string): Promise<string | undefined> {
  try {
    return await readFile(join(folder, 'index.html'), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

const notBuilt = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Answerback</title></head>
<body><h1>The page is not built</h1>
<p>The telephone and the API work. To have the page too, run <code>npm run web:build</code> where Answerback is installed.</p>
</body></html>
`;
