/** Asks the API, on a real store, what its own description says may be asked, and what it does not. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openApiWorld, spoken } from '../../test/gateways/web/api/world.ts';
import { runFuzzer } from './fuzzer.ts';

export interface FuzzResult {
  /** Nothing was found. */
  readonly ok: boolean;
  readonly out: string;
  /** Lines of our log at `error`: what a 5xx leaves. */
  readonly errors: readonly string[];
}

export async function fuzzApi(seconds: number, seed: number): Promise<FuzzResult> {
  const directory = await mkdtemp(join(tmpdir(), 'answerback-fuzz-'));
  await using world = await openApiWorld();
  try {
    const ann = await world.subscriber('Ann');
    const voice = await world.leave(ann, { parts: [spoken(1000)], from: { number: ann.number } });
    const text = await world.leave(ann, { text: 'hello', from: { number: '+12025551999' } });
    const real: Readonly<Record<string, readonly string[]>> = {
      mailboxes: [ann.id],
      messages: [voice.id, text.id],
      references: [voice.reference],
    };
    const document = join(directory, 'openapi.json');
    await writeFile(document, JSON.stringify(withReal(world.web.describe() as Document, real)));
    const options = { document, address: world.web.address, token: 'Ann', seconds, seed, directory };
    const { code, out } = await runFuzzer(options);
    const errors = world.log.lines
      .filter(({ level }) => level === 'error')
      .map(({ text: line, fields }) =>
        [line, fields['route'], (fields['error'] as Error | undefined)?.stack].join(' '),
      );
    return { ok: code === 0 && errors.length === 0, out, errors };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

interface Parameter {
  readonly in: string;
  readonly name: string;
  schema: unknown;
}

interface Operation {
  readonly parameters?: Parameter[];
  readonly requestBody?: { content: Record<string, unknown> };
}

interface Document {
  readonly paths: Record<string, Record<string, Operation>>;
}

/** Ids that there are, beside all others: what is only ever 404 is not tried. Of all sound one type is sent. */
function withReal(document: Document, real: Readonly<Record<string, readonly string[]>>): Document {
  const copy = structuredClone(document);
  for (const [path, methods] of Object.entries(copy.paths)) {
    const ids = real[path.split('/')[2] ?? ''];
    for (const { parameters = [], requestBody } of Object.values(methods)) {
      const sound = requestBody?.content['audio/*'];
      if (requestBody !== undefined && sound !== undefined) requestBody.content = { 'audio/wav': sound };
      for (const parameter of parameters) {
        const isId = parameter.name === 'id' || parameter.name === 'reference';
        if (parameter.in === 'path' && isId && ids !== undefined)
          parameter.schema = { anyOf: [{ enum: ids }, parameter.schema] };
      }
    }
  }
  return copy;
}
