/** A PIN that the server makes up for a subscriber: asked for once, shown once. */
import { useEffect, useState } from 'preact/hooks';
import { ask, type Answer } from '../../api/client.ts';
import type { FirstPin as Given } from '../../api/operator.ts';
import { Button } from '../../parts/button.tsx';
import { operatorWords } from '../../words/operator.ts';
import { FormTrouble } from './form-trouble.tsx';
import { Once } from './once.tsx';

interface FirstPinProps {
  /** Of the mailbox. */
  readonly id: string;
  readonly intro: string;
  readonly close: () => void;
}

export function FirstPin({ id, intro, close }: FirstPinProps) {
  const said = operatorWords.value;
  const [answer, setAnswer] = useState<Answer<Given>>();
  const give = async (): Promise<void> => {
    setAnswer(undefined);
    setAnswer(await ask<Given>('POST', `/subscribers/${id}/first-pin`));
  };
  useEffect(() => void give(), [id]);
  if (answer?.ok === true)
    return <Once intro={intro} secrets={[{ name: said.pin, value: answer.value.pin }]} close={close} />;
  return (
    <div class="sheet-form" aria-busy={answer === undefined}>
      <p>{answer === undefined ? said.pinComing : said.noPinGiven}</p>
      <FormTrouble trouble={answer?.trouble} />
      <div class="buttons sheet-end">
        <Button onClick={() => void give()} busy={answer === undefined}>
          {said.again}
        </Button>
      </div>
    </div>
  );
}
