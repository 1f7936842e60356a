import assert from 'node:assert/strict';
import {
  mayEnter,
  maySee,
  principalKey,
  scopes,
  scopesOfRole,
  type Access,
  type Principal,
} from '../../../app/core/access/principal.ts';
import type { MailboxId, MessageId } from '../../../app/core/ids.ts';

const mine = 'mailbox-1' as MailboxId;
const theirs = 'mailbox-2' as MailboxId;
const message = 'message-1' as MessageId;

const subscriber: Principal = { kind: 'subscriber', mailbox: mine, via: 'pin' };
const key: Principal = { kind: 'subscriber', mailbox: mine, via: 'key', scopes: ['messages:read'] };
const link: Principal = { kind: 'link', message, mailbox: mine };
const admin: Principal = { kind: 'operator', name: 'ann', via: 'password', scopes: scopesOfRole('admin') };
const program: Principal = { kind: 'operator', name: 'crm', via: 'key', scopes: ['messages:read'] };

describe('who may what over the web', () => {
  it('each kind of route lets in whom it is for', () => {
    const cases: [Access, Principal | undefined, string][] = [
      ['public', undefined, 'in'],
      ['link', undefined, 'nobody'],
      ['link', link, 'in'],
      ['link', subscriber, 'in'],
      ['subscriber', link, 'refused'],
      ['subscriber', subscriber, 'in'],
      ['subscriber', admin, 'in'],
      ['operator', subscriber, 'refused'],
      ['operator', link, 'refused'],
      ['operator', admin, 'in'],
    ];
    for (const [access, who, expected] of cases)
      assert.equal(mayEnter(who, { access }), expected, `${who?.kind ?? 'nobody'} at ${access}`);
  });

  it('a key may only what its scopes say, a session all that is a subscriber’s', () => {
    const demand = { access: 'subscriber', scope: 'messages:write' } as const;
    assert.equal(mayEnter(key, demand), 'no-scope');
    assert.equal(mayEnter(key, { ...demand, scope: 'messages:read' }), 'in');
    assert.equal(mayEnter(subscriber, demand), 'in');
    assert.equal(mayEnter(program, demand), 'no-scope');
  });

  it('of operators only keys get at what messages say', () => {
    const demand = { access: 'link', scope: 'messages:read', content: true } as const;
    assert.equal(mayEnter(admin, demand), 'refused');
    assert.equal(mayEnter(program, demand), 'in');
  });

  it('roles: support has no keys and no messages, billing only records of calls', () => {
    assert.deepEqual(scopesOfRole('admin'), scopes);
    const support = scopesOfRole('support');
    assert.ok(!support.includes('keys:write') && !support.includes('messages:read'));
    assert.deepEqual(scopesOfRole('billing'), ['cdrs:read']);
  });

  it('another’s mailbox and message are not there; a link opens its message alone', () => {
    assert.ok(maySee(subscriber, { mailbox: mine }));
    assert.ok(!maySee(subscriber, { mailbox: theirs }));
    assert.ok(!maySee(subscriber, { mailbox: theirs, message }));
    assert.ok(maySee(link, { mailbox: mine, message }));
    assert.ok(!maySee(link, { mailbox: mine }));
    assert.ok(!maySee(link, { mailbox: mine, message: 'message-2' as MessageId }));
    assert.ok(!maySee(undefined, { mailbox: mine }));
    assert.ok(maySee(program, { mailbox: theirs, message }));
  });

  it('rates are counted by session or key, else by whom it stands for', () => {
    assert.equal(principalKey(subscriber), 'subscriber:mailbox-1');
    assert.equal(principalKey({ ...subscriber, credential: 's1' }), 'subscriber:s1');
    assert.equal(principalKey(link), 'link:message-1');
    assert.equal(principalKey(admin), 'operator:ann');
  });
});
