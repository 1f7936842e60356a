import { createHash, randomBytes } from 'node:crypto';
import { header, type SipResponse } from './sip-message.ts';

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/**
 * The header line that answers a 401 or 407 challenge (RFC 3261 with RFC 2617 MD5, with and without qop=auth).
 * @returns undefined if the response holds no Digest challenge.
 */
export function answerChallenge(
  response: SipResponse,
  request: { readonly method: string; readonly uri: string },
  credentials: Credentials,
): string | undefined {
  const proxy = response.status === 407;
  const challenge = header(response, proxy ? 'proxy-authenticate' : 'www-authenticate');
  if (!/^digest\s/i.test(challenge)) return undefined;
  const realm = parameter(challenge, 'realm');
  const nonce = parameter(challenge, 'nonce');
  const opaque = parameter(challenge, 'opaque');
  const ha1 = md5(`${credentials.user}:${realm}:${credentials.password}`);
  const ha2 = md5(`${request.method}:${request.uri}`);
  const cnonce = randomBytes(8).toString('hex');
  const qop = /\bauth\b/.test(parameter(challenge, 'qop'));
  const answer = md5(qop ? `${ha1}:${nonce}:00000001:${cnonce}:auth:${ha2}` : `${ha1}:${nonce}:${ha2}`);
  const fields = [
    `username="${credentials.user}"`,
    `realm="${realm}"`,
    `nonce="${nonce}"`,
    `uri="${request.uri}"`,
    `response="${answer}"`,
    'algorithm=MD5',
    ...(qop ? ['qop=auth', 'nc=00000001', `cnonce="${cnonce}"`] : []),
    ...(opaque === '' ? [] : [`opaque="${opaque}"`]),
  ];
  return `${proxy ? 'Proxy-Authorization' : 'Authorization'}: Digest ${fields.join(', ')}`;
}

function parameter(challenge: string, name: string): string {
  const found = new RegExp(`\\b${name}=(?:"([^"]*)"|([^,\\s]+))`, 'i').exec(challenge);
  return found?.[1] ?? found?.[2] ?? '';
}

function md5(text: string): string {
  return createHash('md5').update(text, 'latin1').digest('hex');
}
