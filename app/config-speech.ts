/** The section `speech` of answerback.yaml: what speaks texts and writes speech down. */
import { z } from 'zod';

const engine = z.enum(['local', 'google', 'none']);
const endpoint = z.string().regex(/^[A-Za-z0-9.-]+:\d{1,5}$/, 'a host and a port, as speech.example:443');
const tag = z.string().regex(/^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/, 'a BCP 47 tag, as es or es-MX');

export const speechSchema = z
  .strictObject({
    recognise: engine
      .default('local')
      .describe('What writes speech down: pocketsphinx on this machine, Google, or nothing.'),
    speak: engine
      .default('local')
      .describe('What speaks texts: flite and espeak-ng on this machine, Google, or nothing.'),
    fallback: z
      .boolean()
      .default(true)
      .describe('Where Google is away or refuses, the engine of this machine does it if there is one.'),
    models: z
      .record(tag, z.string().min(1).describe('Folder with `*.dict`, `*.lm.bin` and an acoustic model.'))
      .default({ en: '/usr/share/pocketsphinx/model/en-us' })
      .describe('Models of pocketsphinx by language, as `{ es: /opt/sphinx/es }`.'),
    maxChars: z
      .int()
      .min(100)
      .max(100_000)
      .default(10_000)
      .describe(
        'Most characters of a text that are spoken; a longer one ends with the last sentence before.',
      ),
    maxSeconds: z
      .int()
      .min(10)
      .max(3600)
      .default(600)
      .describe('So much of a sound is written down, in seconds; what is longer ends with "…".'),
    google: z
      .strictObject({
        project: z
          .string()
          .min(1)
          .optional()
          .describe('Project that pays, if the credentials do not say it.'),
        recogniser: endpoint
          .optional()
          .describe('Other address of Speech-to-Text, as eu-speech.googleapis.com:443.'),
        speaker: endpoint
          .optional()
          .describe('Other address of Text-to-Speech, as eu-texttospeech.googleapis.com:443.'),
        tls: z
          .boolean()
          .default(true)
          .describe('`false`: neither encrypted nor authenticated, for a double of it on this machine.'),
        timeoutMs: z
          .int()
          .min(100)
          .max(120_000)
          .default(20_000)
          .describe('Longest wait for one answer, tries included, in milliseconds.'),
      })
      .prefault({})
      .describe(
        'Google Cloud; GOOGLE_APPLICATION_CREDENTIALS in the environment names the file with its key.',
      ),
  })
  .prefault({})
  .describe('Speech into text and text into speech; see docs/speech.md.');
