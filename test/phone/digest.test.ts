import assert from 'node:assert/strict';
import { answerChallenge } from './digest.ts';
import { parseSip, type SipResponse } from './sip-message.ts';

function challenge(status: number, line: string): SipResponse {
  const parsed = parseSip(
    Buffer.from(`SIP/2.0 ${status} No\r\n${line}\r\n\r\n`),
    { host: '127.0.0.1', port: 1 },
    0,
  );
  assert.ok(parsed?.kind === 'response');
  return parsed;
}

describe('digest authentication of the test phone', () => {
  const request = { method: 'REGISTER', uri: 'sip:example.com' };
  const credentials = { user: 'bob', password: 'zanzibar' };

  it('answers a challenge without qop as RFC 2617 computes it', () => {
    const line = answerChallenge(
      challenge(401, 'WWW-Authenticate: Digest realm="biloxi.com", nonce="dcd98b7102dd2f0e", opaque="x"'),
      request,
      credentials,
    );
    // md5(md5("bob:biloxi.com:zanzibar"):"dcd98b7102dd2f0e":md5("REGISTER:sip:example.com"))
    assert.match(line ?? '', /^Authorization: Digest username="bob", realm="biloxi\.com"/);
    assert.match(line ?? '', /response="5997c3da38284e93f7e8773dc9d4d7c2"/);
    assert.match(line ?? '', /opaque="x"/);
    assert.doesNotMatch(line ?? '', /qop=/);
  });

  it('answers a proxy with qop', () => {
    const line = answerChallenge(
      challenge(407, 'Proxy-Authenticate: Digest realm="r",nonce="n",qop="auth,auth-int"'),
      request,
      credentials,
    );
    assert.match(line ?? '', /^Proxy-Authorization: Digest .*qop=auth, nc=00000001, cnonce="/);
  });

  it('leaves other schemes alone', () => {
    assert.equal(
      answerChallenge(challenge(401, 'WWW-Authenticate: Basic realm="r"'), request, credentials),
      undefined,
    );
  });
});
