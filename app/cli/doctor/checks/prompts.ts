import { stat } from 'node:fs/promises';
import { clipNames } from '../../../core/prompt/clip-names.ts';
import { openPromptCatalog } from '../../../speech/open.ts';
import { quietLog } from '../../office/office.ts';
import { ok, wrong, type Check, type Finding } from '../check.ts';

const build = 'run `npm run prompts`';

export const prompts: Check = {
  name: 'prompts',
  about: 'every prompt of every language was built and has sound',
  async run({ config }) {
    const { directory } = config.prompts;
    const catalog = await openPromptCatalog(config.prompts, { log: quietLog }).catch(
      (error: unknown) => error as Error,
    );
    if (catalog instanceof Error) return [wrong(catalog.message, build)];
    await using opened = catalog;
    const found: Finding[] = [];
    for (const language of opened.languages) {
      const missing: string[] = [];
      for (const name of clipNames(opened.speech(language)))
        if (!(await hasSound(() => opened.clip(language, name)))) missing.push(name);
      if (missing.length > 0)
        found.push(
          wrong(
            `${missing.length} prompts of ${language} are missing in ${directory}: ${missing.slice(0, 3).join(', ')}`,
            build,
          ),
        );
    }
    return found.length > 0 ? found : [ok(`complete in ${opened.languages.join(', ')}`)];
  },
};

/** The forms that are built; the switch plays whichever the call has. */
const endings = ['.ulaw', '.alaw'];

/** @param path as the switch is told it, without an ending */
async function hasSound(path: () => string): Promise<boolean> {
  let base: string;
  try {
    base = path();
  } catch {
    return false;
  }
  for (const ending of endings) {
    const found = await stat(`${base}${ending}`).catch(() => undefined);
    if (found === undefined || found.size === 0) return false;
  }
  return true;
}
