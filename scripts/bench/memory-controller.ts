/** The controller in this process, with a switch in memory: what its event loop does can be measured here. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { loadConfig } from '../../app/config.ts';
import { createController } from '../../app/controller/controller.ts';
import { openScriptedMedia, type ScriptedMedia } from '../../app/media/scripted/open.ts';
import { openScheduler } from '../../app/jobs/open.ts';
import { openFetcher } from '../../app/gateways/fetch/open.ts';
import { openSipGateway } from '../../app/gateways/sip/open.ts';
import type { Converter } from '../../app/ports/convert.ts';
import type { OutboundText } from '../../app/ports/media.ts';
import type { Store } from '../../app/ports/store.ts';
import { openHasher } from '../../app/secrets/open.ts';
import { openTables } from '../../app/tables/open.ts';
import { openTokens } from '../../app/secrets/open-tokens.ts';
import { openTotp } from '../../app/secrets/open-totp.ts';
import { openSpeech } from '../../app/speech/open-speech.ts';
import { openPromptCatalog } from '../../app/speech/open.ts';
import { openStore } from '../../app/storage/open.ts';
import { openJournal } from '../../app/storage/spool/journal.ts';
import { openSpool } from '../../app/storage/spool/open.ts';
import { openMetrics } from '../../app/telemetry/metrics.ts';
import { createStages } from '../../app/telemetry/stages.ts';
import { openLog } from '../../app/telemetry/open.ts';
import { systemClock as clock } from '../../app/telemetry/system-clock.ts';
import { systemDigest } from '../../app/telemetry/system-digest.ts';
import { systemRandom } from '../../app/telemetry/system-random.ts';
import { openTransform } from '../../app/transform/open.ts';
import { inTime } from '../../app/services/in-time.ts';
import { toolCommands } from '../stack/ffmpeg.ts';
import { openLocalStore } from '../stack/store.ts';

export interface MemoryController extends AsyncDisposable {
  readonly media: ScriptedMedia;
  readonly store: Store;
  readonly converters: readonly Converter[];
  /** Calls from now on, until it is disposed. */
  onText: (text: OutboundText) => void;
}

/** @param classes fields of each class, by prefix of the numbers that have it */
export async function openMemoryController(
  directory: string,
  classes: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
): Promise<MemoryController> {
  const closing: AsyncDisposable[] = [];
  const close = async (): Promise<void> => {
    for (const room of closing.toReversed()) await room[Symbol.asyncDispose]();
  };
  const kept = <T extends AsyncDisposable>(room: T): T => {
    closing.push(room);
    return room;
  };
  try {
    const local = kept(await openLocalStore({ directory: join(directory, 'store') }));
    const { config } = loadConfig(await writeConfig(directory, classes, local.url));
    const log = kept(openLog({ level: 'error' }));
    const store = kept(await openStore(config.store, { log }));
    const told: { onText: MemoryController['onText'] } = { onText: () => undefined };
    const texts = kept(await openPromptCatalog(config.prompts, { log }));
    const rules = (language: string) => texts.speech(language);
    const media = kept(openScriptedMedia({ speech: rules, onText: (text) => told.onText(text) }));
    const transform = kept(openTransform(config.tools, { log }));
    const { language } = config.prompts;
    const speech = kept(await openSpeech({ ...config.speech, language }, config.tools, { log }));
    const converters = [transform, ...speech.converters];
    const metrics = openMetrics();
    const controller = createController({
      archive: undefined,
      digest: systemDigest,
      config,
      file: undefined,
      log,
      clock,
      random: systemRandom,
      store,
      hasher: kept(openHasher(config.pins)),
      tokens: openTokens(),
      tables: openTables(),
      totp: openTotp({ issuer: 'bench' }),
      spool: kept(await openSpool(config.spool, { log })),
      journal: kept(openJournal(config.spool, { log })),
      media,
      transform,
      converters,
      documents: transform,
      fetcher: openFetcher({}, { log }),
      gateways: new Map([['sip', kept(openSipGateway({ from: '+12025550199' }, { media }))]]),
      scheduler: kept(openScheduler(config.store, { log })),
      texts,
      metrics,
      stages: createStages({ metrics, log }),
    });
    const ending = new AbortController();
    const running = controller.run(ending.signal);
    return Object.assign(told, {
      media,
      store,
      converters,
      async [Symbol.asyncDispose]() {
        ending.abort();
        await inTime(running, 10_000);
        await close();
      },
    });
  } catch (error) {
    await close();
    throw error;
  }
}

async function writeConfig(
  directory: string,
  classes: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  url: string,
): Promise<string> {
  const ranges = Object.keys(classes).map((prefix) => ({ prefix, class: `p${prefix.slice(1)}` }));
  const file = join(directory, 'answerback.yaml');
  await mkdir(directory, { recursive: true });
  const config = {
    numbers: { access: ['+12025550199'], country: 'US', ranges },
    classes: Object.fromEntries(ranges.map(({ prefix, class: name }) => [name, classes[prefix]])),
    store: { url },
    spool: { directory: join(directory, 'deposits') },
    tools: toolCommands(),
  };
  await writeFile(file, stringify(config));
  return file;
}
