/** A double of Google's speech services: gRPC with their own service definitions, which answers as it is told. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import {
  loadPackageDefinition,
  Server,
  ServerCredentials,
  status,
  type GrpcObject,
  type sendUnaryData,
  type ServerUnaryCall,
  type ServiceClientConstructor,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

export interface RecognizeRequest {
  readonly config: {
    readonly encoding: string;
    readonly sampleRateHertz: number;
    readonly audioChannelCount: number;
    readonly languageCode: string;
    readonly enableAutomaticPunctuation: boolean;
    readonly enableWordTimeOffsets: boolean;
  };
  readonly audio: { readonly content: Buffer };
}

export interface SynthesizeRequest {
  readonly input: { readonly text: string };
  readonly voice: { readonly languageCode: string };
  readonly audioConfig: { readonly audioEncoding: string; readonly sampleRateHertz: number };
}

/** What a call gets in place of an answer: a code of gRPC, or nothing at all. */
type Misbehaviour = { readonly code: status } | 'silence';

export interface GoogleDouble extends AsyncDisposable {
  readonly port: number;
  readonly address: string;
  readonly recognized: RecognizeRequest[];
  readonly synthesized: SynthesizeRequest[];
  /** Header `authorization` of each call. */
  readonly authorizations: string[];
  /** One for each call to come, first first; calls after them are answered. */
  readonly misbehave: Misbehaviour[];
  /** How many calls wait for an answer that does not come. */
  waiting: number;
  transcript: (request: RecognizeRequest) => string;
  speech: (request: SynthesizeRequest) => Uint8Array;
  /** Settles when a call has been left without an answer. */
  left(): Promise<void>;
}

/** A minute is the most that Google takes in a request. */
const mostSeconds = 60;
const mostTextBytes = 5000;

export async function openGoogleDouble(
  tls?: { readonly key: Buffer; readonly cert: Buffer },
  port = 0,
): Promise<GoogleDouble> {
  const waiters: (() => void)[] = [];
  const double = {
    recognized: [] as RecognizeRequest[],
    synthesized: [] as SynthesizeRequest[],
    authorizations: [] as string[],
    misbehave: [] as Misbehaviour[],
    waiting: 0,
    transcript: (() => '') as GoogleDouble['transcript'],
    speech: (() => new Uint8Array()) as GoogleDouble['speech'],
  };
  const method =
    <Request, Answer>(
      take: (request: Request) => Answer | { readonly code: status; readonly details: string },
    ) =>
    (call: ServerUnaryCall<Request, Answer>, answer: sendUnaryData<Answer>): void => {
      double.authorizations.push(String(call.metadata.get('authorization')[0] ?? ''));
      const wrong = double.misbehave.shift();
      if (wrong === 'silence') {
        double.waiting += 1;
        call.on('cancelled', () => (double.waiting -= 1));
        for (const waiter of waiters.splice(0)) waiter();
        return;
      }
      const result =
        wrong === undefined ? take(call.request) : { code: wrong.code, details: 'as it was told' };
      if (typeof result === 'object' && result !== null && 'code' in result) answer(result);
      else answer(null, result);
    };
  const server = new Server();
  const { speech, texttospeech } = services();
  server.addService(speech.service, {
    recognize: method((request: RecognizeRequest) => {
      double.recognized.push(request);
      const problem = recognizeProblem(request);
      if (problem !== undefined) return { code: status.INVALID_ARGUMENT, details: problem };
      const transcript = double.transcript(request);
      const words = request.config.enableWordTimeOffsets ? halfSeconds(transcript) : [];
      return {
        results: transcript === '' ? [] : [{ alternatives: [{ transcript, confidence: 0.9, words }] }],
      };
    }),
  });
  server.addService(texttospeech.service, {
    synthesizeSpeech: method((request: SynthesizeRequest) => {
      double.synthesized.push(request);
      const problem = synthesizeProblem(request);
      if (problem !== undefined) return { code: status.INVALID_ARGUMENT, details: problem };
      return { audioContent: double.speech(request) };
    }),
  });
  const credentials =
    tls === undefined
      ? ServerCredentials.createInsecure()
      : ServerCredentials.createSsl(null, [{ private_key: tls.key, cert_chain: tls.cert }]);
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, credentials, (error, at) => (error ? reject(error) : resolve(at)));
  });
  return Object.assign(double, {
    port: bound,
    address: `${tls === undefined ? '127.0.0.1' : 'localhost'}:${bound}`,
    left: () => new Promise<void>((resolve) => waiters.push(resolve)),
    async [Symbol.asyncDispose]() {
      server.forceShutdown();
      await Promise.resolve();
    },
  });
}

/** Each word takes half a second. */
function halfSeconds(transcript: string) {
  const at = (half: number) => ({ seconds: Math.floor(half / 2), nanos: (half % 2) * 500_000_000 });
  return transcript.split(' ').map((word, i) => ({ word, startTime: at(i), endTime: at(i + 1) }));
}

/** What Google would refuse, in its words more or less. */
function recognizeProblem({ config, audio }: RecognizeRequest): string | undefined {
  if (config.encoding !== 'LINEAR16') return `bad encoding ${config.encoding}`;
  if (config.sampleRateHertz < 8000 || config.sampleRateHertz > 48_000) return 'bad sample rate';
  if (!/^[a-z]{2,3}-[A-Z]{2}$/.test(config.languageCode)) return 'bad language code';
  if (audio.content.toString('latin1', 0, 4) === 'RIFF') return 'a header is no samples';
  if (audio.content.length > mostSeconds * 2 * config.sampleRateHertz)
    return 'Sync input too long. For audio longer than 1 min use LongRunningRecognize with a uri parameter.';
  return undefined;
}

function synthesizeProblem({ input, voice, audioConfig }: SynthesizeRequest): string | undefined {
  if (input.text === '') return 'nothing to say';
  if (Buffer.byteLength(input.text) > mostTextBytes)
    return 'input.text is longer than the limit of 5000 bytes';
  if (!/^[a-z]{2,3}-[A-Z]{2}$/.test(voice.languageCode)) return 'bad language code';
  if (audioConfig.audioEncoding !== 'LINEAR16') return `bad encoding ${audioConfig.audioEncoding}`;
  return undefined;
}

/** The definitions that the client libraries ship with, and those that these import. */
function services(): Record<'speech' | 'texttospeech', ServiceClientConstructor> {
  const ours = createRequire(import.meta.url);
  const speech = ours.resolve('@google-cloud/speech');
  const gax = createRequire(speech).resolve('google-gax');
  // Each is <package>/build/src/index.js, beside <package>/build/protos.
  const packages = [speech, ours.resolve('@google-cloud/text-to-speech'), gax];
  const definition = loadSync(
    ['google/cloud/speech/v1/cloud_speech.proto', 'google/cloud/texttospeech/v1/cloud_tts.proto'],
    {
      includeDirs: packages.map((file) => join(dirname(file), '../protos')),
      enums: String,
      defaults: true,
      oneofs: true,
    },
  );
  const root = loadPackageDefinition(definition);
  return {
    speech: found(root, 'google.cloud.speech.v1.Speech'),
    texttospeech: found(root, 'google.cloud.texttospeech.v1.TextToSpeech'),
  };
}

function found(root: GrpcObject, path: string): ServiceClientConstructor {
  return path
    .split('.')
    .reduce<unknown>((at, name) => (at as GrpcObject)[name], root) as ServiceClientConstructor;
}
