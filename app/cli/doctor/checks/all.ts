import type { Check } from '../check.ts';
import { archive } from './archive.ts';
import { certificates } from './certificates.ts';
import { clock } from './clock.ts';
import { configuration } from './configuration.ts';
import { gateways } from './far-sides.ts';
import { recordings, spool } from './folders.ts';
import { controller } from './health.ts';
import { keys } from './keys.ts';
import { prompts } from './prompts.ts';
import { counters, queues } from './queues.ts';
import { store } from './store.ts';
import { asterisk, trunks } from './switch.ts';
import { speech, tools } from './tools.ts';

/** In the order in which they are told. */
export const checks: readonly Check[] = [
  configuration,
  clock,
  store,
  queues,
  counters,
  asterisk,
  trunks,
  prompts,
  spool,
  recordings,
  archive,
  keys,
  controller,
  gateways,
  certificates,
  tools,
  speech,
];
