/** Ports that count and time what goes through them, and change nothing of it. */
import { Fault, isTemporary } from '../core/errors.ts';
import type { Converter } from '../ports/convert.ts';
import type { TextGateway, TextReport } from '../ports/gateway.ts';
import type { Log } from '../ports/log.ts';
import type { MailIntake } from '../ports/mail.ts';
import type { Call, MediaServer } from '../ports/media.ts';
import type { LabelsOf, Metrics, Reading } from '../ports/metrics.ts';

type Entry = LabelsOf<'answerback_calls_in_progress'>['entry'];

const secondsSince = (began: number): number => (performance.now() - began) / 1000;

/** Counts calls in and out, for as long as they are up. */
export function meteredMedia(media: MediaServer, metrics: Metrics): MediaServer {
  const inHand: Record<Entry, number> = { incoming: 0, resumed: 0, outgoing: 0, fax: 0 };
  metrics.gauges(() =>
    Object.entries(inHand).map(([entry, value]): Reading => ({
      name: 'answerback_calls_in_progress',
      labels: { entry: entry as Entry },
      value,
    })),
  );
  const took = (call: Call): void => {
    const entry = call.entry.kind;
    metrics.count('answerback_calls_started_total', { entry });
    if (call.gone.aborted) return;
    inHand[entry] += 1;
    call.gone.addEventListener('abort', () => (inHand[entry] -= 1), { once: true });
  };
  return {
    async *calls(signal) {
      for await (const call of media.calls(signal)) {
        took(call);
        yield call;
      }
    },
    texts: (signal) => media.texts(signal),
    strays: (signal) => media.strays(signal),
    starts: (signal) => media.starts(signal),
    async dial(to, options) {
      const result = await media.dial(to, options);
      if (result.kind === 'answered') took(result.call);
      return result;
    },
    faxSent: (tag) => media.faxSent(tag),
    faxKept: (tag) => media.faxKept(tag),
    get canFax() {
      return media.canFax;
    },
    sendText: (text) => media.sendText(text),
    setLamp: (lamp) => media.setLamp(lamp),
    get healthy() {
      return media.healthy;
    },
    [Symbol.asyncDispose]: () => media[Symbol.asyncDispose](),
  };
}

export function meteredGateway(gateway: TextGateway, metrics: Metrics): TextGateway {
  const { name } = gateway;
  return {
    name,
    async send(text) {
      const began = performance.now();
      let result: LabelsOf<'answerback_texts_sent_total'>['result'] = 'taken';
      try {
        return await gateway.send(text);
      } catch (error) {
        result = isTemporary(error) ? 'unavailable' : 'refused';
        throw error;
      } finally {
        metrics.count('answerback_texts_sent_total', { gateway: name, result });
        metrics.observe('answerback_text_send_seconds', { gateway: name }, secondsSince(began));
      }
    },
  };
}

/** Takes reports of texts, and counts those that were taken. */
export function meteredReports(
  take: (report: TextReport) => Promise<void>,
  metrics: Metrics,
): (report: TextReport) => Promise<void> {
  return async (report) => {
    await take(report);
    metrics.count('answerback_text_reports_total', { gateway: report.gateway, status: report.status });
  };
}

/** Also gives the log lines about a mail the id by which its server was told that it is taken. */
export function meteredIntake(intake: MailIntake, metrics: Metrics, log: Log): MailIntake {
  return {
    async recipient(address, sender) {
      const verdict = await intake.recipient(address, sender);
      metrics.count('answerback_mail_recipients_total', { verdict });
      if (verdict === 'full')
        metrics.count('answerback_deposits_total', { kind: 'email', result: 'refused_full' });
      return verdict;
    },
    async take(mail, recipients) {
      let result: LabelsOf<'answerback_mails_received_total'>['result'] = 'taken';
      try {
        await log.within({ mail: mail.id.slice(0, 16) }, () => intake.take(mail, recipients));
      } catch (error) {
        result = isTemporary(error) ? 'again' : 'refused';
        throw error;
      } finally {
        metrics.count('answerback_mails_received_total', { result });
      }
    },
  };
}

export function meteredConverter(converter: Converter, metrics: Metrics): Converter {
  return {
    get edges() {
      return converter.edges;
    },
    async convert(content, edge, options) {
      const began = performance.now();
      try {
        return await converter.convert(content, edge, options);
      } catch (error) {
        if (error instanceof Fault)
          metrics.count('answerback_conversion_errors_total', { code: codeOf(error) });
        throw error;
      } finally {
        const [to = ''] = edge.to.split('/', 1);
        metrics.observe('answerback_conversion_seconds', { to: familyOf(to) }, secondsSince(began));
      }
    },
  };
}

const codes = ['invalid', 'not-found', 'media-failed', 'media-unavailable'] as const;
const families = ['application', 'audio', 'image', 'text', 'video'] as const;

function codeOf({ code }: Fault): LabelsOf<'answerback_conversion_errors_total'>['code'] {
  return codes.find((one) => one === code) ?? 'other';
}

function familyOf(type: string): LabelsOf<'answerback_conversion_seconds'>['to'] {
  return families.find((one) => one === type) ?? 'other';
}
