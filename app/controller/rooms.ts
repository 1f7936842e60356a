/** What a controller works with: the open rooms. */
import { type Config } from '../config.ts';
import type { GatewayName } from '../core/profile/class-of-service.ts';
import type { Archive } from '../ports/archive.ts';
import type { Clock, Random } from '../ports/clock.ts';
import type { Converter } from '../ports/convert.ts';
import type { Digest } from '../ports/digest.ts';
import type { ContentMeter, DocumentJoiner } from '../ports/documents.ts';
import type { TextGateway } from '../ports/gateway.ts';
import type { Hasher } from '../ports/hasher.ts';
import type { Journal } from '../ports/journal.ts';
import type { Log } from '../ports/log.ts';
import type { MediaServer } from '../ports/media.ts';
import type { Metrics, Stages } from '../ports/metrics.ts';
import type { Shrinker } from '../ports/shrink.ts';
import type { Scheduler } from '../ports/scheduler.ts';
import type { Spool } from '../ports/spool.ts';
import type { Store } from '../ports/store.ts';
import type { Texts } from '../ports/texts.ts';
import type { Tokens } from '../ports/tokens.ts';
import type { Totp } from '../ports/totp.ts';
import type { SoundTransform } from '../ports/transform.ts';
import type { Endpoints } from '../ports/endpoints.ts';
import type { Fetcher } from '../ports/fetch.ts';
import type { Tables } from '../ports/tables.ts';

export interface Rooms {
  readonly config: Config;
  /** The configuration file, watched for changed classes of service. */
  readonly file: string | undefined;
  readonly log: Log;
  readonly clock: Clock;
  readonly random: Random;
  readonly store: Store;
  /** Where archived messages lie; absent: none is configured. */
  readonly archive: Archive | undefined;
  readonly digest: Digest;
  readonly spool: Spool;
  readonly journal: Journal;
  readonly media: MediaServer;
  /** Shows lamps besides the switch. */
  readonly lamps?: Pick<MediaServer, 'setLamp'> | undefined;
  readonly transform: SoundTransform & Shrinker;
  /** What can be turned into what here. */
  readonly converters: readonly Converter[];
  readonly documents: DocumentJoiner & ContentMeter;
  readonly gateways: ReadonlyMap<GatewayName, TextGateway>;
  readonly scheduler: Scheduler;
  readonly texts: Texts;
  readonly hasher: Hasher;
  readonly tokens: Tokens;
  readonly tables: Tables;
  /** Trunks and phones as the switch sees them; absent: it does not tell. */
  readonly endpoints?: Endpoints | undefined;
  readonly totp: Totp;
  /** Gets what texts only name. */
  readonly fetcher: Fetcher;
  readonly metrics: Metrics;
  readonly stages: Stages;
}
