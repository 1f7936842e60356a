/** What the mailbox takes of what it may. */
import type { Mailbox, Usage } from '../../api/mailbox.ts';
import { Meter } from '../../parts/meter.tsx';
import { clock, count, size } from '../../words/times.ts';
import { words } from '../../words/words.ts';

export function UsageOf({ box }: { readonly box: Mailbox }) {
  const { settings: said } = words.value;
  const { usage, retentionDays } = box;
  const { percent, archived } = usage;
  return (
    <section class="card" aria-labelledby="usage">
      <h2 id="usage">{said.usage}</h2>
      <Meter label={said.usageFull(percent)} percent={percent} words="" />
      {percent >= 100 ? (
        <p class="notice bad">{said.full}</p>
      ) : percent >= 80 ? (
        <p class="notice">{said.nearlyFull}</p>
      ) : null}
      <Measure label={said.usageMessages} of={usage.messages} write={count} />
      <Measure label={said.usageBytes} of={usage.bytes} write={size} />
      <Measure label={said.usageSeconds} of={usage.seconds} write={(seconds) => clock(seconds * 1000)} />
      <p class="hint">
        {said.usageKept(retentionDays)} {archived > 0 ? said.usageArchived(archived) : ''}
      </p>
    </section>
  );
}

interface MeasureProps {
  readonly label: string;
  readonly of: Usage['bytes'];
  readonly write: (value: number) => string;
}

function Measure({ label, of: { used, limit }, write }: MeasureProps) {
  if (limit === undefined)
    return (
      <p class="meter-words">
        <span>{label}</span>
        <span>{write(used)}</span>
      </p>
    );
  const percent = limit === 0 ? 100 : (used / limit) * 100;
  return <Meter label={label} percent={percent} words={words.value.settings.of(write(used), write(limit))} />;
}
