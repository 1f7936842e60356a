import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTranscript } from './transcript.ts';
import { recorded, replayed } from './replay.ts';

/** What was recorded, and what of it is shown by it. */
const conversations: Readonly<Record<string, string>> = {
  '01a-record-dtmf-hash': 'a recording that a key ends, and its playback',
  '01b-record-silence': 'a recording that silence ends',
  '01c-record-maxtime': 'a recording that the limit ends',
  '02a-caller-hangup-in-record-linger': 'a caller who hangs up in a recording; commands after the end',
  '01d-record-sync-mode':
    'static mode: nothing is told before an application has ended, nor of the end of the call',
  '01g-record-no-write-buffering': 'a recording that is on disk as it is said',
  '02b-caller-hangup-in-record-nolinger': 'a caller who hangs up where nobody lingers',
  '02d-caller-cancel-before-answer': 'a caller who gives up before the answer',
  '02i-reject-before-answer': 'a call that is refused before its answer',
  '03c-playback-terminators-any': 'playback that any key ends',
  '03d-dtmf-events-uuid_break': 'playback broken off by the application; keys while nothing runs',
  '03e-queued-playbacks-uuid_break': 'executions inside each other, ended by one break',
  '03h-uuid_break-during-record': 'a recording broken off by the application',
  '03j-playback-missing-file': 'a file that is not there',
  '03k-queued-playbacks-event-lock': 'executions in turn',
  '03l-unknown-application': 'an application that the switch does not have',
  '03m-dtmf-sip-info': 'keys by SIP INFO beside RFC 4733, which are dropped',
  '03o-dtmf-sip-info-liberal-dtmf': 'keys by SIP INFO where the profile takes them',
  '04a-callid-diversion': 'a redirected call',
  '04c-callid-history-info': 'a redirected call with its history',
  '04e-callid-anonymous-privacy': 'a caller who wants privacy',
  '04h-callid-two-diversions-parse-all': 'a call that was redirected twice',
  '05a-outdial-park': 'a call out that is answered',
  '05c-outdial-busy': 'a call out to somebody who is busy',
  '05d-outdial-noanswer': 'a call out that nobody answers',
  '05f-outdial-cancelled-by-app': 'a call out that is given up',
  '05g-outdial-rejected-404': 'a call out to a number that is none',
  '06b-sip-message-received-no-chatplan-match': 'a text that comes in',
  '06c-sip-message-send-sms-event': 'a text that goes out, and its delivery report',
  '07a-mwi-registered-user': 'a lamp of a phone that registered',
  '07d-mwi-unknown-user': 'lamps of nobody',
  '07f-mwi-app-answers-message-query': 'a phone that subscribes to its lamp',
  '08a-fax-audio-sip': 'a fax by sound',
  '08b-fax-t38': 'a fax by T.38',
  '10b-inbound-auth-failure': 'a wrong password',
  '10j-inbound-freeswitch-shutdown': 'a switch that stops',
};

describe('The double of FreeSWITCH says what the real one said, message by message', function () {
  this.timeout(30_000);
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ab-double-'));
  });

  after(() => rm(folder, { recursive: true, force: true }));

  // Each takes the time that it took: all at once.
  const said = new Map<
    string,
    Promise<[Awaited<ReturnType<typeof replayed>>, ReturnType<typeof recorded>]>
  >();
  before(() => {
    for (const name of Object.keys(conversations)) {
      const transcript = readTranscript(name);
      const both = replayed(transcript, join(folder, name)).then(
        (own) => [own, recorded(transcript)] as const,
      );
      both.catch(() => undefined);
      said.set(name, both as never);
    }
  });

  for (const [name, what] of Object.entries(conversations)) {
    it(`${what} (${name})`, async () => {
      const [own, real] = (await said.get(name)) ?? assert.fail();
      assert.deepEqual(own.lines, real.lines);
      for (const [event, headers] of real.headers) assert.deepEqual(own.headers.get(event), headers, event);
    });
  }
});
