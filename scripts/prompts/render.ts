/** Speaks texts with flite or espeak-ng and brings them and recordings to 8 kHz with sox: all in one go, two at a time. */
import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inRoot, onPath } from '../stack/machine.ts';
import type { CommandLine } from '../stack/machine.ts';
import { level, tone } from './sound.ts';
import type { Clip, Voice } from './source.ts';

/** `sh -c … sh FOLDER`; a text is `<hash>.<engine>.<voice>.<speed>.<pitch>.txt`, a recording `<hash>.rec.wav`, the result `<hash>.s16`. */
const script = `
cd "$1" && ls | grep -E '[.](txt|wav)$' | xargs -P 2 -n 8 sh -c '
  for file; do
    hash=\${file%%.*}
    case $file in
      *.txt)
        IFS=. read -r hash engine voice speed pitch _ <<END
$file
END
        case $engine in
          flite) flite -voice "$voice" -f "$file" -o "$hash.tts" ;;
          *) espeak-ng -v "$voice" -s "$speed" -p "$pitch" -b 1 -f "$file" -w "$hash.tts" ;;
        esac || { echo "$engine cannot speak with the voice $voice" >&2; exit 255; } ;;
      *) mv "$file" "$hash.tts" ;;
    esac || exit 255
    sox -t wav "$hash.tts" -r 8000 -c 1 -b 16 -e signed-integer -L -t raw "$hash.s16" highpass 100 || exit 255
    echo done
  done
' sh`;

/**
 * The sound of each clip, by hash.
 * @param folder gets a folder of its own for the work, gone at the end
 * @param onProgress called with the number of clips done
 * @throws Error with what the programs wrote if one fails.
 */
export async function render(
  clips: readonly Clip[],
  folder: string,
  onProgress: (done: number) => void,
): Promise<Map<string, Int16Array>> {
  const sounds = new Map<string, Int16Array>();
  mkdirSync(folder, { recursive: true });
  const work = mkdtempSync(join(folder, 'work-'));
  try {
    const spoken = clips.filter(({ source }) => source.kind !== 'tone');
    for (const clip of spoken) writeInput(work, clip);
    if (spoken.length > 0) await runScript(work, onProgress);
    for (const { hash } of spoken)
      sounds.set(hash, level(samplesOf(readFileSync(join(work, `${hash}.s16`)))));
    for (const { hash, source } of clips) {
      if (source.kind === 'tone') sounds.set(hash, tone(source.hertz, source.ms));
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return sounds;
}

function writeInput(work: string, { hash, source }: Clip): void {
  if (source.kind === 'text')
    writeFileSync(join(work, `${hash}.${voiceParts(source.voice).join('.')}.txt`), `${source.text}\n`);
  else if (source.kind === 'recorded') copyFileSync(source.file, join(work, `${hash}.rec.wav`));
}

function voiceParts(voice: Voice): (string | number)[] {
  if (typeof voice === 'string') return ['flite', voice, 0, 0];
  return [voice.engine, voice.name, voice.speed, voice.pitch];
}

function samplesOf(bytes: Buffer): Int16Array {
  return Int16Array.from({ length: Math.trunc(bytes.length / 2) }, (_, i) => bytes.readInt16LE(i * 2));
}

async function runScript(work: string, onProgress: (done: number) => void): Promise<void> {
  const args = ['-c', script, 'sh', work];
  const here = ['flite', 'espeak-ng', 'sox'].every((name) => onPath(name) !== undefined);
  const command: CommandLine = here ? { program: 'sh', args } : inRoot('sh', args, { bind: [work] });
  const child = spawn(command.program, command.args, { cwd: '/', stdio: ['ignore', 'pipe', 'pipe'] });
  let done = 0;
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    done += text.split('\n').length - 1;
    onProgress(done);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-4000);
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  });
  if (code !== 0) throw new Error(`the prompts could not be spoken (code ${code}):\n${errors.trimEnd()}`);
}
