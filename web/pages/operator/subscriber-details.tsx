/** One subscriber: what is known of them, how they get in, and what is seldom done. */
import { useState } from 'preact/hooks';
import { ask } from '../../api/client.ts';
import type { ClassList, Subscriber } from '../../api/operator.ts';
import { Button } from '../../parts/button.tsx';
import { Choice } from '../../parts/field.tsx';
import { operatorWords } from '../../words/operator.ts';
import { languageName } from '../../words/languages.ts';
import { hourOf } from '../../words/moments.ts';
import { dateOf, size, spaced } from '../../words/times.ts';
import { act, askFirst, patchNow } from './act.tsx';
import { Badge } from './badge.tsx';
import { Facts } from './facts.tsx';
import { FirstPin } from './first-pin.tsx';
import { Sheet } from './sheet.tsx';
import { nameOf } from './subscriber-name.ts';
import { NotRead, Waiting } from './table.tsx';
import { useRead } from './use-read.ts';

interface DetailsProps {
  readonly one: Subscriber;
  readonly read: () => Promise<void>;
}

export function SubscriberDetails({ one, read }: DetailsProps) {
  return (
    <Sheet title={nameOf(one)} button={operatorWords.value.details}>
      {(close) => <Inside one={one} read={read} close={close} />}
    </Sheet>
  );
}

interface InsideProps extends DetailsProps {
  readonly close: () => void;
}

function Inside({ one: { id }, read, close }: InsideProps) {
  const [one, again, trouble] = useRead<Subscriber>(`/subscribers/${id}`);
  const [newPin, setNewPin] = useState(false);
  if (one === undefined) return trouble === undefined ? <Waiting /> : <NotRead again={again} />;
  if (newPin) return <FirstPin id={id} intro={operatorWords.value.pinOnce(nameOf(one))} close={close} />;
  return (
    <div class="sheet-form">
      <Known one={one} />
      <ClassOf one={one} read={read} close={close} />
      <Access one={one} read={read} close={close} onNewPin={() => setNewPin(true)} />
    </div>
  );
}

function Known({ one }: { readonly one: Subscriber }) {
  const said = operatorWords.value;
  const { number, aliases, email, language, created, bytes, pin = 'none', lockedUntil } = one;
  const rows: (readonly [string, string])[] = [
    [said.cols.number, [number, ...aliases].map(spaced).join(', ')],
    ...(email === undefined ? [] : [[said.email, email] as const]),
    [said.language, languageName(language)],
    [said.cols.created, dateOf(created)],
    ...(bytes === undefined ? [] : [[said.facts.space, size(bytes)] as const]),
    [said.pin, said.pins[pin]],
  ];
  return (
    <>
      <Facts items={rows} />
      {lockedUntil === undefined ? null : (
        <p>
          <Badge tone="bad">{said.lockedOut(hourOf(lockedUntil))}</Badge>
        </p>
      )}
    </>
  );
}

function ClassOf({ one, read, close }: InsideProps) {
  const said = operatorWords.value;
  const [classes] = useRead<ClassList>('/classes');
  const [chosen, choose] = useState(one.classOfService);
  const path = `/subscribers/${one.id}`;
  const names = new Set([one.classOfService, ...(classes?.items ?? []).map(({ name }) => name)]);
  return (
    <form
      class="sheet-row"
      onSubmit={(event) => {
        event.preventDefault();
        close();
        void act(ask('PATCH', path, { body: { classOfService: chosen }, version: one.version }), {
          said: said.classNow(nameOf(one), chosen),
          after: read,
          undo: () => patchNow(path, { classOfService: one.classOfService }),
        });
      }}
    >
      <Choice
        label={said.cols.class}
        value={chosen}
        options={Array.from(names, (name) => [name, name] as const)}
        onChange={choose}
      />
      <Button type="submit" disabled={chosen === one.classOfService}>
        {said.changeClass}
      </Button>
    </form>
  );
}

function Access({ one, read, close, onNewPin }: InsideProps & { readonly onNewPin: () => void }) {
  const said = operatorWords.value;
  const who = nameOf(one);
  const path = `/subscribers/${one.id}`;
  const unlock = (): void =>
    void act(ask('POST', `${path}/unlock`), { said: said.unlocked(who), after: read });
  const remove = (): void =>
    void act(ask('DELETE', path), { said: said.removed(who), after: read, refused: said.removeHeld(who) });
  return (
    <div class="buttons sheet-end">
      <Button
        look="danger"
        onClick={() => {
          close();
          askFirst({ text: said.removeAsk(who), yes: said.remove, act: remove });
        }}
      >
        {said.remove}
      </Button>
      <Button
        icon="lock"
        onClick={() =>
          one.pin === 'none'
            ? onNewPin()
            : askFirst({ text: said.newPinAsk(who), yes: said.newPin, act: onNewPin })
        }
      >
        {one.pin === 'none' ? said.firstPin : said.newPin}
      </Button>
      {one.lockedUntil === undefined ? null : (
        <Button
          look="main"
          onClick={() => {
            close();
            askFirst({ text: said.unlockAsk(who), yes: said.unlock, act: unlock });
          }}
        >
          {said.unlock}
        </Button>
      )}
    </div>
  );
}
