/** Classes of service, each edited whole: the server judges every field. */
import { useState } from 'preact/hooks';
import { ask } from '../../api/client.ts';
import type { ClassList } from '../../api/operator.ts';
import { Button } from '../../parts/button.tsx';
import { complainOf } from '../../state/toasts.ts';
import { operatorWords } from '../../words/operator.ts';
import { act } from './act.tsx';
import { useRead } from './use-read.ts';

export function Classes() {
  const [found, read] = useRead<ClassList>('/classes');
  return (
    <>
      {found?.items.map((one) => (
        <OneClass key={`${one.name} ${found.version}`} one={one} version={found.version} read={read} />
      ))}
    </>
  );
}

interface OneClassProps {
  readonly one: ClassList['items'][number];
  readonly version: number;
  readonly read: () => Promise<void>;
}

function OneClass({ one, version, read }: OneClassProps) {
  const said = operatorWords.value;
  const [text, setText] = useState(() => JSON.stringify(one.profile, undefined, 2));
  const save = (): void => {
    const body = objectOf(text);
    if (body === undefined) return complainOf(said.notJson);
    void act(ask('PUT', `/classes/${one.name}`, { body, version }), read);
  };
  return (
    <section class="card">
      <h2>
        {one.name} <span class="muted">{one.source}</span>
      </h2>
      <details>
        <summary>{said.edit}</summary>
        <div class="field">
          <label for={`class-${one.name}`}>{said.profile}</label>
          <textarea
            id={`class-${one.name}`}
            rows={16}
            spellcheck={false}
            value={text}
            onInput={({ currentTarget }) => setText(currentTarget.value)}
          />
        </div>
        <Button look="main" onClick={save}>
          {said.save}
        </Button>
      </details>
    </section>
  );
}

function objectOf(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
