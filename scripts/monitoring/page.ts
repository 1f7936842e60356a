/** docs/monitoring.md: how to watch over an installation, with every metric of the catalogue. */
import { metrics, type LabelSet, type MetricSpec } from '../../app/core/metrics/catalog.ts';

const intro = `# Monitoring

The page is made by \`npm run metrics:docs\`; the tables come from \`app/core/metrics/catalog.ts\`.

## Metrics

Each controller gives its metrics in Prometheus' text form at \`http://127.0.0.1:9464/metrics\`, on a listener of its own: what stands
before the web server and its webhooks does not lead there (\`web.metrics\` in [configuration](configuration.md); why, in
[decision 25](decisions/0025-watching.md)). There is no password: where Prometheus runs elsewhere, bind it to an address that only
Prometheus reaches. If the address is taken, the controller says so in its log and answers calls without it.

\`\`\`yaml
# prometheus.yml
scrape_configs:
  - job_name: answerback
    scrape_interval: 15s
    static_configs:
      - targets: ['127.0.0.1:9464']
rule_files: ['alerts.yaml']
\`\`\`

- [grafana/answerback.json](grafana/answerback.json): a dashboard, to be imported into Grafana.
- [prometheus/alerts.yaml](prometheus/alerts.yaml): alert rules.

A test parses every query of both and compares its metrics and labels with what a running controller gives.

Labels have values from closed sets: no numbers, addresses or ids. Whatever comes that is in no set is \`other\`. Gauges are read when somebody
looks; one that cannot be read just now (the store is away) is absent, not what it was. The queues are the store's, so each controller
tells the same of them: take the greatest, not the sum. They are read by index, at most a thousand entries each and at most every 5 s.

`;

const outro = `
Node's own metrics are there besides: \`process_…\` (CPU, memory, open files) and \`nodejs_…\` (event loop, heap, garbage collection).

## Alerts

| alert | what to do |
| --- | --- |
| AnswerbackDown | look at the process and its last log lines; calls are taken by other controllers, or by the dialplan into the same spool |
| AnswerbackStoreAway | bring the store back; nothing else is needed: what waits on disk goes in by itself |
| AnswerbackSwitchAway | is Asterisk up, are \`asterisk.url\`, user and password right, has another controller taken the application over? |
| AnswerbackMessageNotSafe | make room on the disk of \`spool.directory\`; recordings are still at the switch and are taken in then |
| AnswerbackSpoolWaits | as AnswerbackStoreAway; if the store is up, the log says why it does not take them |
| AnswerbackSpoolDisk | make room before the store is away the next time |
| AnswerbackDeadLetters | the log lines “a text was not sent” say why; is a gateway's account or relay refusing? |
| AnswerbackWorkWaits | are controllers running, and do the log lines of that work say why it is put back? |
| AnswerbackBindDown | the log lines with \`bind\` say why; is the SMSC up, are system id and password right? |
| AnswerbackSlowAnswer | look at event loop lag and store times on the dashboard: more controllers, or a faster store |
| AnswerbackEventLoopLag | more controllers or faster cores |
| AnswerbackNoCalls | is the trunk up, and does the network still forward to it? |

## Health

\`/health/live\` answers 200 as long as the process can answer at all. \`/health/ready\` answers 200, or 503 while this controller should get no
new calls, and tells each part's state and since when (looked at every 5 s, and when somebody asks):

\`\`\`json
{ "ok": false, "parts": {
  "store": { "ok": false, "state": "away", "since": "2026-01-02T03:04:05.678Z" },
  "switch": { "ok": true, "state": "up", "since": "2026-01-01T00:00:00.000Z" },
  "spool": { "ok": true, "state": "filling", "since": "2026-01-02T03:04:11.012Z" },
  "controller": { "ok": true, "state": "running", "since": "2026-01-01T00:00:00.000Z" } } }
\`\`\`

| part | states |
| --- | --- |
| \`store\`, \`switch\` | \`up\`, \`away\` |
| \`spool\` | \`empty\`; \`filling\`: messages wait on disk for the store; \`full\`: less than 64 MB are left. It alone does not make the controller unready. |
| \`controller\` | \`starting\`; \`running\`; \`draining\`: told to end, and the calls under way go on for up to 5 s |

## Logs

One JSON object a line, on standard output. Lines carry the ids of what they are about, also where another room writes them in the course of
it, so that one id finds all:

| field | what |
| --- | --- |
| \`call\` | the switch's id of the leg, as \`uniqueid\` in the call detail records; also on what the store, the services and the gateways did for it |
| \`message\` | the message; also on what was sent about it later |
| \`notification\` | a text or mail that goes out |
| \`mail\` | a mail that came in: the id that its client was told (\`2.0.0 taken as …\`) |
| \`inbound\` | a text that came in: its network's own id |
| \`bind\`, \`job\`, \`delivery\`, \`fax\` | a bind to an SMSC, a worker, a call to a subscriber, a fax that goes out |

At \`info\` each call has a line “call over” with its outcome; at \`debug\` also one for each operation of the store and each sound that is
played. Numbers and other personal data stand in fields at \`debug\` alone, secrets nowhere.

\`\`\`sh
journalctl -u answerback -o cat | jq -c 'select(.call == "1732293823.12")'
\`\`\`
`;

export function monitoringPage(): string {
  const lines = Object.entries(metrics as Readonly<Record<string, MetricSpec>>).map(
    ([name, { kind, help, labels = {} }]) =>
      `| \`${name}\` | ${kind} | ${Object.entries(labels).map(labelText).join('; ')} | ${help} |`,
  );
  return `${intro}| metric | kind | labels | what |\n| --- | --- | --- | --- |\n${lines.join('\n')}\n${outro}`;
}

function labelText([label, set]: [string, LabelSet]): string {
  return `\`${label}\`: ${'atMost' in set ? `at most ${set.atMost}` : set.join(', ')}`;
}
