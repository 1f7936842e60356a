/** Classes of service, each edited whole: the server judges every field. */
import { useState } from 'preact/hooks';
import { ask, type Trouble } from '../../api/client.ts';
import type { ClassList } from '../../api/operator.ts';
import { Button } from '../../parts/button.tsx';
import { troubleWords } from '../../state/toasts.ts';
import { operatorWords } from '../../words/operator.ts';
import { count, size } from '../../words/times.ts';
import { words } from '../../words/words.ts';
import { act } from './act.tsx';
import { Badge } from './badge.tsx';
import { Facts } from './facts.tsx';
import { NotRead, Waiting } from './table.tsx';
import { useRead } from './use-read.ts';

export function Classes() {
  const [found, read, trouble] = useRead<ClassList>('/classes');
  if (found === undefined) return trouble === undefined ? <Waiting /> : <NotRead again={read} />;
  return (
    <>
      {found.items.map((one) => (
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

function OneClass(props: OneClassProps) {
  const { one } = props;
  const said = operatorWords.value;
  return (
    <section class="card" aria-label={one.name}>
      <div class="card-head">
        <h2>{one.name}</h2>
        <Badge>{said.sources[one.source]}</Badge>
      </div>
      <Facts items={factsOf(one.profile)} />
      <details>
        <summary>{said.edit}</summary>
        <Editor {...props} />
      </details>
    </section>
  );
}

/** What people ask first of a class. */
function factsOf(profile: Readonly<Record<string, unknown>>): (readonly [string, string])[] {
  const said = operatorWords.value.facts;
  const units: readonly (readonly [string, string, (n: number) => string])[] = [
    ['maxMessages', said.messages, count],
    ['maxBytes', said.space, size],
    ['maxMessageSeconds', said.length, said.seconds],
    ['retentionDays', said.kept, said.days],
    ['trashDays', said.trash, said.days],
    ['referenceDays', said.reference, said.days],
  ];
  return units.flatMap(([field, name, written]) => {
    const value = profile[field];
    return typeof value === 'number' ? [[name, written(value)] as const] : [];
  });
}

function Editor({ one, version, read }: OneClassProps) {
  const said = operatorWords.value;
  const [text, setText] = useState(() => JSON.stringify(one.profile, undefined, 2));
  const [wrong, setWrong] = useState<readonly string[]>([]);
  const path = `/classes/${one.name}`;
  const save = async (): Promise<void> => {
    const body = objectOf(text);
    if (body === undefined) return setWrong([said.notJson]);
    const answer = await ask<{ readonly version: number }>('PUT', path, { body, version });
    if (!answer.ok) return setWrong(problemsOf(answer.trouble));
    setWrong([]);
    const before = { body: one.profile, version: answer.value.version };
    const undo = () =>
      one.source === 'store'
        ? ask('PUT', path, before)
        : ask('DELETE', path, { version: answer.value.version });
    await act(Promise.resolve(answer), { said: said.classKept(one.name), after: read, undo });
  };
  return (
    <div class="sheet-form">
      <div class="field">
        <label for={`class-${one.name}`}>{said.profile}</label>
        <textarea
          id={`class-${one.name}`}
          rows={16}
          spellcheck={false}
          aria-invalid={wrong.length > 0}
          value={text}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
        />
      </div>
      {wrong.length === 0 ? null : (
        <ul class="notice bad" role="alert">
          {wrong.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
      <div class="buttons">
        <Button look="main" onClick={() => void save()}>
          {said.save}
        </Button>
        <Button look="quiet" onClick={() => setText(JSON.stringify(one.profile, undefined, 2))}>
          {said.asBefore}
        </Button>
      </div>
    </div>
  );
}

function problemsOf(trouble: Trouble): string[] {
  if (trouble.fields.length === 0) return [troubleWords(words.value, trouble)];
  return trouble.fields.map(({ field, code, detail }) => `${field}: ${detail ?? code}`);
}

function objectOf(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
