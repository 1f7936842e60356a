/** Clients of Google's services; their libraries are loaded only here, when one is opened: they take a second and 60 MiB. */
import { createRequire } from 'node:module';
import type { v1 as speech } from '@google-cloud/speech';
import type { v1 as textToSpeech } from '@google-cloud/text-to-speech';

export interface ClientOptions {
  /** Who pays, if the credentials do not say it. */
  readonly project?: string | undefined;
  /** `host:port`; Google's own if absent. */
  readonly endpoint?: string | undefined;
  /** `false` for a proxy or a double on a network that is trusted: neither encrypted nor authenticated. */
  readonly tls: boolean;
}

export type SpeechClient = InstanceType<typeof speech.SpeechClient>;
export type TextToSpeechClient = InstanceType<typeof textToSpeech.TextToSpeechClient>;

type Credentials = NonNullable<NonNullable<ConstructorParameters<typeof speech.SpeechClient>[0]>['sslCreds']>;

/** No answer is larger: some minutes of sound. */
const maxAnswerBytes = 32 * 1024 * 1024;

export async function openSpeechClient(options: ClientOptions): Promise<SpeechClient> {
  const { v1 } = await import('@google-cloud/speech');
  return new v1.SpeechClient(settings(options));
}

export async function openTextToSpeechClient(options: ClientOptions): Promise<TextToSpeechClient> {
  const { v1 } = await import('@google-cloud/text-to-speech');
  return new v1.TextToSpeechClient(settings(options));
}

function settings({ project, endpoint, tls }: ClientOptions) {
  const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(endpoint ?? '') ?? [];
  return {
    fallback: false,
    'grpc.max_receive_message_length': maxAnswerBytes,
    ...(project === undefined ? {} : { projectId: project }),
    ...(endpoint === undefined ? {} : { apiEndpoint: host, port: Number(port) }),
    ...(tls ? {} : { sslCreds: insecure(), universeDomain: 'googleapis.com' }),
  };
}

/** Of the very gRPC that the libraries use: credentials of another copy are none to it. */
function insecure(): Credentials {
  const ours = createRequire(import.meta.url);
  const theirs = createRequire(ours.resolve('@google-cloud/speech'));
  const { grpc } = theirs('google-gax') as {
    grpc: { credentials: { createInsecure(): Credentials } };
  };
  return grpc.credentials.createInsecure();
}
