/** What baresip reads, and how it is run. */
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inRoot, onMachine, onPath, requireSetUp, rootFolder, type CommandLine } from '../stack/machine.ts';
import type { BaresipOptions } from './baresip.ts';
import { writeWav } from './wav.ts';

/** The phone's microphone until told otherwise. */
export const silenceFile = 'silence.wav';
const silenceSeconds = 300;

/** Makes the folder that baresip runs in. */
export async function writeFiles(
  options: BaresipOptions,
  sipPort: number,
  controlPort: number,
): Promise<void> {
  const { directory, number, displayName, server, textsTo, secure } = options;
  const account = secure ? `${secure.user}@${server}` : `${number}@127.0.0.1:${sipPort}`;
  const more = secure
    ? `;auth_user=${secure.user};auth_pass=${secure.password};mediaenc=${secure.media ?? 'srtp-mand'}`
    : '';
  await mkdir(directory, { recursive: true });
  const files: Record<string, string | Buffer> = {
    config: configuration(sipPort, controlPort, secure?.ca),
    accounts: `"${displayName}" <sip:${account}>;regint=0;answermode=auto;audio_codecs=pcmu/8000/1,pcma/8000/1${more}\n`,
    contacts: `"texts" <sip:${textsTo}@${server}>\n`,
    [silenceFile]: writeWav(new Int16Array(0), silenceSeconds),
  };
  for (const [name, content] of Object.entries(files)) await writeFile(join(directory, name), content);
}

/** Paths are relative to its folder: baresip cuts them at 127 characters. */
function configuration(sipPort: number, controlPort: number, ca: string | undefined): string {
  return `# Written anew at each start.
poll_method epoll
sip_listen 127.0.0.1:${sipPort}
net_interface 127.0.0.1
rtp_ports 30000-32700
call_local_timeout 60
call_max_calls 2
audio_player aufile,heard.wav
audio_source aufile,${silenceFile}
audio_alert aufile,alert.wav
ringback_disabled yes
ausrc_format s16
auplay_format s16
auenc_format s16
audec_format s16
# Generous, so that a busy machine delays what is heard but tears no holes into it.
audio_buffer 300-20000
jitter_buffer_type off
module_path ${modulesFolder()}
module g711.so
module aufile.so
${ca === undefined ? '' : `module srtp.so\nsip_cafile ${ca}\nsip_verify_server yes\n`}module_tmp account.so
module_app contact.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen 127.0.0.1:${controlPort}
`;
}

function modulesFolder(): string {
  const places = ['/usr/lib/baresip/modules', '/usr/local/lib/baresip/modules'];
  return places.find((place) => existsSync(join(hasOwnRoot() ? rootFolder() : '/', place))) ?? places[0]!;
}

function hasOwnRoot(): boolean {
  return existsSync(join(rootFolder(), 'usr/bin/baresip'));
}

/** How to run it there. The root's baresip before the machine's: it is the version that these commands are of. */
export function commandLine(directory: string, pidFile: string): { command: CommandLine; inRoot: boolean } {
  const own = hasOwnRoot() ? undefined : onPath('baresip');
  if (own === undefined) requireSetUp(join(rootFolder(), 'usr/bin/baresip'));
  const args = ['-c', 'cd "$1" && exec "$2" -f .', 'sh', directory, own ?? '/usr/bin/baresip'];
  return own === undefined
    ? { command: inRoot('sh', args, { bind: [directory], pidFile }), inRoot: true }
    : { command: onMachine('sh', args), inRoot: false };
}
