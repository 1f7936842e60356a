/** Has a real Asterisk load a folder of dialplans, away from any that runs, and collects what it does not like. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLocalAsterisk } from '../stack/asterisk.ts';
import { RenderError } from '../stack/render.ts';
import { complaintsIn, type Complaint } from './complaints.ts';
import { unknownNames } from './unknown-names.ts';

/** An empty list: all is well. */
export async function checkDialplans(folder: string): Promise<Complaint[]> {
  const directory = await mkdtemp(join(tmpdir(), 'answerback-check-'));
  try {
    return await load(folder, directory);
  } catch (error) {
    if (error instanceof RenderError) return [complaintOf(error)];
    throw error;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function load(dialplans: string, directory: string): Promise<Complaint[]> {
  // One trunk and one phone, so that their templates are loaded too.
  const phones = [{ name: 'phone', password: 'unused', number: '+12025550101' }];
  await using asterisk = await openLocalAsterisk({ directory, dialplans, phones });
  const [dialplan, applications, functions, log] = await Promise.all([
    asterisk.cli('dialplan show'),
    asterisk.cli('core show applications'),
    asterisk.cli('core show functions'),
    readFile(join(directory, 'log/messages'), 'utf8'),
  ]);
  const complaints = complaintsIn(log, asterisk.etc, asterisk.files);
  return [...complaints, ...unknownNames({ dialplan, applications, functions }, asterisk.files)];
}

function complaintOf(error: RenderError): Complaint {
  const [, file, line, text = error.message] = /^(.*?):(\d+): (.*)$/s.exec(error.message) ?? [];
  return { file, line: line === undefined ? undefined : Number(line), text };
}
