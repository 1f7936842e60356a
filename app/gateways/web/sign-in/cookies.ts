/** The cookies of a session and of a sign-in that is under way at a provider (RFC 6265). */
import { fastifyCookie } from '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Session } from '../../../ports/sessions.ts';

/** How long a sign-in at a provider may take, in seconds. */
const roundSeconds = 600;
/** Longer headers are not looked at. */
const mostCharacters = 8192;

export interface Cookies {
  /** Token of the session. */
  token(request: FastifyRequest): string | undefined;
  setToken(reply: FastifyReply, token: string, session: Session): void;
  clearToken(reply: FastifyReply): void;
  /** What a sign-in at a provider is to come back with. */
  round(request: FastifyRequest): string | undefined;
  setRound(reply: FastifyReply, value: string): void;
  clearRound(reply: FastifyReply): void;
}

/** @param secure over TLS alone; then no other host can set them either (`__Host-`) */
export function createCookies(secure: boolean): Cookies {
  const prefix = secure ? '__Host-' : '';
  const names = { token: `${prefix}answerback`, round: `${prefix}answerback-oidc` };
  const usual = { path: '/', httpOnly: true, secure } as const;
  const read = (request: FastifyRequest, name: string): string | undefined => {
    const { cookie } = request.headers;
    if (cookie === undefined || cookie.length > mostCharacters) return undefined;
    const value = fastifyCookie.parse(cookie)[name];
    return value === '' ? undefined : value;
  };
  const write = (reply: FastifyReply, name: string, value: string, more: object): void =>
    void reply.header('set-cookie', fastifyCookie.serialize(name, value, { ...usual, ...more }));
  return {
    token: (request) => read(request, names.token),
    setToken(reply, token, { holder, until }) {
      // Of operators it goes with the browser.
      const stays = holder.kind === 'operator' ? {} : { expires: until };
      write(reply, names.token, token, { sameSite: 'strict', ...stays });
    },
    clearToken: (reply) => write(reply, names.token, '', { sameSite: 'strict', maxAge: 0 }),
    round: (request) => read(request, names.round),
    // The provider leads back from another site: this one comes along, that of the session would not.
    setRound: (reply, value) => write(reply, names.round, value, { sameSite: 'lax', maxAge: roundSeconds }),
    clearRound: (reply) => write(reply, names.round, '', { sameSite: 'lax', maxAge: 0 }),
  };
}
