/** Webhooks of Twilio: texts from subscribers and delivery receipts, each with its signature checked before anything else. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import MessagingResponse from 'twilio/lib/twiml/MessagingResponse.js';
import { validateRequest } from 'twilio/lib/webhooks/webhooks.js';
import { z } from 'zod';
import { isFault } from '../../core/errors.ts';
import type { Log } from '../../ports/log.ts';
import type { TextReport } from '../../ports/gateway.ts';
import type { InboundText, MediaReference } from '../../ports/media.ts';
import { HttpProblem } from './problem.ts';

export interface TwilioWebhookSlice {
  /** Address of this server as Twilio sees it, perhaps with a path in front; part of the signatures. */
  readonly publicUrl: string;
  readonly authToken: string;
}

export interface TwilioWebhookDeps {
  readonly log: Log;
  /** Takes a text; resolved = safe. The same id can come again. A rejected `Fault` makes Twilio see 503 or 500. */
  onText(text: InboundText): Promise<void>;
  /** Takes the fate of a text; repeats and unknown ids are no errors. */
  onReport(report: TextReport): Promise<void>;
}

const sid = z.string().regex(/^(SM|MM)[0-9a-f]{32}$/i);
/** More are not looked at. */
const mostMedia = 100;
const address = z.string().min(1).max(64);
const inboundForm = z
  .object({
    MessageSid: sid,
    From: address,
    To: address,
    Body: z.string().max(4096).default(''),
    /** Twilio sends ten at most; what counts is what is there. */
    NumMedia: z
      .string()
      .regex(/^\d{1,3}$/)
      .catch('0'),
  })
  .catchall(z.unknown());
const statusForm = z.object({
  MessageSid: sid,
  MessageStatus: z.string().min(1).max(32),
  ErrorCode: z.string().max(16).optional(),
});

export function serveTwilio(app: FastifyInstance, slice: TwilioWebhookSlice, deps: TwilioWebhookDeps): void {
  const base = slice.publicUrl.replace(/\/+$/, '');
  const onlyTwilio = async (request: FastifyRequest): Promise<void> => {
    if (isSigned(request, base, slice.authToken)) return;
    deps.log.warn('a webhook with a wrong signature was refused', {
      route: request.routeOptions.url,
      ip: request.ip,
    });
    throw new HttpProblem(403, 'The signature is missing or wrong.');
  };

  app.post('/webhooks/twilio/sms', { preHandler: onlyTwilio }, async (request, reply) => {
    const form = parseForm(inboundForm, request.body);
    const { MessageSid: id, From: from, To: to, Body: body } = form;
    const media = mediaOf(form, Number(form.NumMedia));
    await orTooMany(
      deps.onText({
        id,
        network: 'sms',
        trunk: 'twilio',
        from,
        to,
        body,
        truncated: false,
        ...(media.length === 0 ? {} : { media }),
      }),
    );
    return reply.type('text/xml; charset=utf-8').send(new MessagingResponse().toString());
  });

  app.post('/webhooks/twilio/status', { preHandler: onlyTwilio }, async (request, reply) => {
    const form = parseForm(statusForm, request.body);
    const status = finalStatus(form.MessageStatus);
    const error = form.ErrorCode ? { error: form.ErrorCode } : {};
    if (status !== undefined)
      await deps.onReport({ gateway: 'twilio', providerId: form.MessageSid, status, ...error });
    return reply.status(204).send();
  });
}

/** Whoever sends very many texts is refused at the first that is too many. */
async function orTooMany(taken: Promise<void>): Promise<void> {
  try {
    await taken;
  } catch (error) {
    if (!isFault(error, 'too-many')) throw error;
    throw new HttpProblem(429, 'Too many texts in a short time.', { code: 'rate-limited' });
  }
}

/** The media of an MMS: `MediaUrl0`, `MediaContentType0` and so on. */
function mediaOf(form: Readonly<Record<string, unknown>>, count: number): MediaReference[] {
  const media: MediaReference[] = [];
  for (let i = 0; i < Math.min(count, mostMedia); i += 1) {
    const { [`MediaUrl${i}`]: url, [`MediaContentType${i}`]: contentType } = form;
    if (typeof url !== 'string' || url === '') continue;
    media.push({ url: url.slice(0, 4096), ...(typeof contentType === 'string' ? { contentType } : {}) });
  }
  return media;
}

function isSigned(request: FastifyRequest, base: string, authToken: string): boolean {
  const signature = request.headers['x-twilio-signature'];
  if (typeof signature !== 'string' || signature === '') return false;
  try {
    return validateRequest(authToken, signature, base + request.url, formOf(request.body));
  } catch {
    return false;
  }
}

function formOf(body: unknown): Record<string, unknown> {
  return typeof body === 'object' && body !== null ? { ...body } : {};
}

function parseForm<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const fields = [...new Set(result.error.issues.map((issue) => String(issue.path[0] ?? 'form')))];
  throw new HttpProblem(400, `Missing or wrong: ${fields.join(', ')}.`);
}

/** What is on its way (queued, sending, sent) is no news. */
function finalStatus(status: string): 'delivered' | 'failed' | undefined {
  switch (status) {
    case 'delivered':
    case 'read':
      return 'delivered';
    case 'undelivered':
    case 'failed':
    case 'canceled':
      return 'failed';
    default:
      return undefined;
  }
}
