import assert from 'node:assert/strict';
import { lampClasses } from '../../../app/core/mailbox/lamp.ts';

const none = { new: 0, old: 0, urgent: 0 };

describe('What a lamp shows of a mailbox', () => {
  it('voice alone where there is nothing else', () => {
    const counts = { new: 2, old: 1, urgent: 1 };
    assert.deepEqual(lampClasses({ counts, byKind: {} }), { 'voice-message': counts });
    assert.deepEqual(lampClasses({ counts: none, byKind: {} }), { 'voice-message': none });
  });

  it('each kind as its class of RFC 3842', () => {
    const one = { new: 1, old: 0, urgent: 0 };
    const kinds = { voice: one, fax: one, text: one, email: one, image: one, video: one };
    assert.deepEqual(lampClasses({ counts: { new: 6, old: 0, urgent: 0 }, byKind: kinds }), {
      'voice-message': one,
      'fax-message': one,
      'text-message': { new: 2, old: 0, urgent: 0 },
      'multimedia-message': one,
      'video-message': one,
    });
  });

  it('a class whose messages are gone stays, with nothing in it', () => {
    assert.deepEqual(lampClasses({ counts: none, byKind: { fax: none } }), {
      'voice-message': none,
      'fax-message': none,
    });
  });

  it('what is of no kind counts as voice', () => {
    const counts = { new: 5, old: 4, urgent: 2 };
    const byKind = { voice: { new: 1, old: 0, urgent: 0 }, fax: { new: 2, old: 1, urgent: 1 } };
    assert.deepEqual(lampClasses({ counts, byKind }), {
      'voice-message': { new: 3, old: 3, urgent: 1 },
      'fax-message': { new: 2, old: 1, urgent: 1 },
    });
  });

  it('counters that went wrong never show less than nothing', () => {
    const byKind = { fax: { new: -1, old: 2, urgent: 3 } };
    assert.deepEqual(lampClasses({ counts: { new: -2, old: 0, urgent: 1 }, byKind }), {
      'voice-message': none,
      'fax-message': { new: 0, old: 2, urgent: 0 },
    });
  });
});
