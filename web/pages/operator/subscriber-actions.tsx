/** What is done with one subscriber, and taken back. */
import { ask } from '../../api/client.ts';
import type { Subscriber } from '../../api/operator.ts';
import { Button } from '../../parts/button.tsx';
import { operatorWords } from '../../words/operator.ts';
import { act, askFirst, patchNow } from './act.tsx';
import { SubscriberDetails } from './subscriber-details.tsx';
import { nameOf } from './subscriber-name.ts';

interface ActionsProps {
  readonly one: Subscriber;
  readonly read: () => Promise<void>;
}

export function SubscriberActions(props: ActionsProps) {
  return (
    <div class="buttons">
      <SubscriberDetails {...props} />
      <Status {...props} />
      <Hold {...props} />
    </div>
  );
}

function Status({ one, read }: ActionsProps) {
  const said = operatorWords.value;
  const who = nameOf(one);
  const path = `/subscribers/${one.id}`;
  const become = (status: string, result: string): void =>
    void act(ask('PATCH', path, { body: { status }, version: one.version }), {
      said: result,
      after: read,
      undo: () => patchNow(path, { status: one.status }),
    });
  if (one.status === 'suspended')
    return <Button onClick={() => become('active', said.resumed(who))}>{said.resume}</Button>;
  return (
    <Button
      onClick={() =>
        askFirst({
          text: said.suspendAsk(who),
          yes: said.suspend,
          act: () => become('suspended', said.suspended(who)),
        })
      }
    >
      {said.suspend}
    </Button>
  );
}

function Hold({ one, read }: ActionsProps) {
  const said = operatorWords.value;
  const who = nameOf(one);
  const path = `/mailboxes/${one.id}/hold`;
  const put = (why: string | undefined) =>
    ask('PUT', path, { body: why === undefined || why === '' ? {} : { why } });
  const remove = () => ask('DELETE', path);
  if (one.hold === undefined)
    return (
      <Button
        onClick={() =>
          askFirst({
            text: said.holdAsk(who),
            yes: said.hold,
            field: said.why,
            act: (why) => void act(put(why), { said: said.holdOn(who), after: read, undo: remove }),
          })
        }
      >
        {said.hold}
      </Button>
    );
  const { why } = one.hold;
  const release = (): void =>
    void act(remove(), { said: said.holdOff(who), after: read, undo: () => put(why) });
  return (
    <Button onClick={() => askFirst({ text: said.releaseAsk(who), yes: said.release, act: release })}>
      {said.release}
    </Button>
  );
}
