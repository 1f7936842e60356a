import { openSpeech } from '../../../speech/open-speech.ts';
import { inspectTools } from '../../../transform/open-inspection.ts';
import { quietLog } from '../../office/office.ts';
import { ok, warn, wrong, type Check } from '../check.ts';

/** What does not work without each. */
const effects: Readonly<Record<string, string>> = {
  ffmpeg: 'sound, pictures and video stay as they came, and play at their own speed alone',
  ffprobe: 'lengths of sound and video in mails are not known',
  gs: 'documents are not sent as faxes',
  pdfinfo: 'documents are not converted',
  pdftoppm: 'documents are not shown as pictures',
  pdftotext: 'documents are not read aloud',
  tiff2pdf: 'faxes do not go out by mail as PDF',
  tiffcp: 'faxes of several documents are not joined',
};

/** Debian's names. */
const packages: Readonly<Record<string, string>> = {
  ffmpeg: 'ffmpeg',
  ffprobe: 'ffmpeg',
  gs: 'ghostscript',
  pdfinfo: 'poppler-utils',
  pdftoppm: 'poppler-utils',
  pdftotext: 'poppler-utils',
  tiff2pdf: 'libtiff-tools',
  tiffcp: 'libtiff-tools',
};

export const tools: Check = {
  name: 'tools',
  about: 'programs that convert content run, and can do what is needed of them',
  async run({ config, answerMs }) {
    const all = await inspectTools({ ...config.tools, timeoutMs: answerMs });
    const found = all.flatMap(({ name, version, why, lacks }) => {
      const effect = effects[name] ?? '';
      const fix = `install ${packages[name] ?? name}, or set tools.prefix or tools.ffmpeg`;
      if (version === undefined) return [warn(`${name} does not run (${why}): ${effect}`, fix)];
      return lacks.length === 0
        ? []
        : [warn(`${name} ${version} lacks ${lacks.join(', ')}: such forms are not made`, fix)];
    });
    const versions = all.flatMap(({ name, version }) =>
      version === undefined ? [] : [`${name} ${version}`],
    );
    return found.length > 0 ? found : [ok(versions.join(', '))];
  },
};

export const speech: Check = {
  name: 'speech',
  about: 'engines of speech that are configured are there',
  async run({ config }) {
    const { language } = config.prompts;
    await using opened = await openSpeech({ ...config.speech, language }, config.tools, { log: quietLog });
    const leads = (to: RegExp): boolean =>
      opened.converters.some(({ edges }) => edges.some((edge) => to.test(edge.to)));
    const found = [];
    if (config.speech.recognise !== 'none' && !leads(/^text\//))
      found.push(
        warn(
          'nothing here writes down what is spoken',
          'install pocketsphinx and its model, or set speech.recognise to google or none',
        ),
      );
    if (config.speech.speak !== 'none' && !leads(/^audio\//))
      found.push(
        warn(
          'nothing here reads texts aloud',
          'install flite or espeak-ng, or set speech.speak to google or none',
        ),
      );
    const transcribing = Object.entries(config.classes).filter(([, one]) => one.transcribe);
    if (config.speech.recognise === 'none' && transcribing.length > 0)
      found.push(
        wrong(
          `class ${transcribing[0]?.[0]} wants messages written down, and nothing does it`,
          'set speech.recognise, or transcribe: false',
        ),
      );
    return found.length > 0
      ? found
      : [ok(`recognise: ${config.speech.recognise}, speak: ${config.speech.speak}`)];
  },
};
