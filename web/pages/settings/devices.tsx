/** The numbers of the mailbox and the phones that are told about it. */
import { useEffect, useState } from 'preact/hooks';
import { readDevices } from '../../api/mailbox.ts';
import { Icon } from '../../parts/icon.tsx';
import { dateOf, spaced } from '../../words/times.ts';
import { words } from '../../words/words.ts';

type Devices = Extract<Awaited<ReturnType<typeof readDevices>>, { ok: true }>['value']['items'];

export function Devices({ of }: { readonly of: string }) {
  const { settings: said } = words.value;
  const [items, setItems] = useState<Devices>([]);
  useEffect(() => {
    void readDevices(of).then((answer) => {
      if (answer.ok) setItems(answer.value.items);
    });
  }, [of]);
  return (
    <section class="card" aria-labelledby="devices">
      <h2 id="devices">{said.devices}</h2>
      <p class="hint">{said.devicesHint}</p>
      <ul class="things">
        {items.map(({ kind, number, expires }, i) => (
          <li key={i}>
            <Icon name="phone" />
            <span class="grow">{spaced(number)}</span>
            <span class="muted">
              {kind === 'phone' ? said.devicePhone : said.deviceNumber}
              {expires === undefined ? '' : ` · ${said.deviceUntil(dateOf(expires))}`}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
