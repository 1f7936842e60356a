/** Lines of the telephone network, as DAHDI's driver and Asterisk's channels read them: chan_dahdi.conf and system.conf. */
import type { Line } from '../../app/config/line.ts';
import { lineGroup } from '../../app/core/address/line-group.ts';
import type { Trunk } from './render.ts';

export interface LineFiles {
  /** For Asterisk's folder. */
  readonly 'chan_dahdi.conf': string;
  /** For the driver: `/etc/dahdi/system.conf`, read by `dahdi_cfg`. */
  readonly 'dahdi/system.conf': string;
}

type LineTrunk = Trunk & { readonly line: Line };

/**
 * One section a trunk. Channels of all spans count on: a span has 31 (E1) or 24 (T1), so all spans of a machine below the
 * highest used here are to be of one kind, or stand in this list.
 * @returns `undefined` if no trunk is a line
 * @throws Error if two lines want one span, or spans of both kinds are given where it is not known where channels begin
 */
export function lineFiles(trunks: readonly Trunk[]): LineFiles | undefined {
  const lines = trunks.filter((trunk): trunk is LineTrunk => trunk.line !== undefined);
  if (lines.length === 0) return undefined;
  const carriers = carriersOf(lines);
  const firstChannel = (span: number): number => {
    let channel = 1;
    for (let before = 1; before < span; before += 1) channel += slotsOf(carrierOf(carriers, before));
    return channel;
  };
  const channels = lines.map((trunk) =>
    channelSection(trunk, lineGroup(trunks, trunk.name) ?? 0, firstChannel),
  );
  const spans = lines.flatMap(({ line }) =>
    line.spans.map((span, i) => spanSection(line, span, i, firstChannel(span))),
  );
  return {
    'chan_dahdi.conf': [channelHead, ...channels].join('\n'),
    'dahdi/system.conf': ['loadzone = us', 'defaultzone = us', ...spans, ''].join('\n'),
  };
}

const channelHead = `; Lines of the telephone network, rendered from the trunks of the configuration.
[trunkgroups]
[channels]
context = from-line
; A card that is away keeps its lines down and nothing else.
ignore_failed_channels = yes
usecallerid = yes
hidecallerid = no
callwaiting = no
threewaycalling = no
transfer = no
echocancel = no
faxdetect = incoming
internationalprefix = +
nationalprefix =
`;

type Carrier = Line['carrier'];

function slotsOf(carrier: Carrier): number {
  return carrier === 'e1' ? 31 : 24;
}

function carriersOf(lines: readonly LineTrunk[]): Map<number, Carrier> {
  const carriers = new Map<number, Carrier>();
  for (const { name, line } of lines) {
    for (const span of line.spans) {
      if (carriers.has(span)) throw new Error(`trunk ${name}: span ${span} is another trunk's`);
      carriers.set(span, line.carrier);
    }
  }
  return carriers;
}

function carrierOf(carriers: ReadonlyMap<number, Carrier>, span: number): Carrier {
  const known = carriers.get(span);
  if (known !== undefined) return known;
  const kinds = new Set(carriers.values());
  const [only] = kinds;
  if (kinds.size === 1 && only !== undefined) return only;
  throw new Error(`span ${span} stands between E1s and T1s and belongs to no trunk: name it in one`);
}

function channelSection(
  { name, line }: LineTrunk,
  group: number,
  firstChannel: (span: number) => number,
): string {
  const own = [`; ${name}`, `group = ${group}`, `setvar = AB_TRUNK=${name}`];
  const bearers = line.spans.map((span, i) => bearersOf(line, i, firstChannel(span)));
  if (line.signalling === 'r2') {
    const { variant, callerDigits, calledDigits } = line.r2;
    return [
      ...own,
      'signalling = mfcr2',
      `mfcr2_variant = ${variant}`,
      `mfcr2_max_ani = ${callerDigits}`,
      `mfcr2_max_dnis = ${calledDigits}`,
      'mfcr2_get_ani_first = no',
      'mfcr2_category = national_subscriber',
      `channel => ${bearers
        .flat()
        .map(({ range }) => range)
        .join(',')}`,
      '',
    ].join('\n');
  }
  if (line.signalling === 'ss7-itu' || line.signalling === 'ss7-ansi')
    return ss7Section(own, line, group, firstChannel);
  return [
    ...own,
    `signalling = ${line.signalling === 'pri-user' ? 'pri_cpe' : 'pri_net'}`,
    `switchtype = ${line.switchType}`,
    'pridialplan = international',
    'prilocaldialplan = dynamic',
    ...bearers.flat().map(({ range }) => `channel => ${range}`),
    '',
  ].join('\n');
}

function ss7Section(
  own: readonly string[],
  line: Line,
  linkset: number,
  firstChannel: (span: number) => number,
): string {
  const ss7 = line.ss7 as NonNullable<Line['ss7']>;
  const perSpan = ss7.perSpan ?? (line.carrier === 'e1' ? 32 : 24);
  return [
    ...own,
    'signalling = ss7',
    `ss7type = ${line.signalling === 'ss7-itu' ? 'itu' : 'ansi'}`,
    `linkset = ${linkset}`,
    `pointcode = ${ss7.pointCode}`,
    `adjpointcode = ${ss7.adjacentPointCode}`,
    `defaultdpc = ${ss7.destinationPointCode ?? ss7.adjacentPointCode}`,
    `networkindicator = ${ss7.network}`,
    'ss7_called_nai = international',
    'ss7_calling_nai = international',
    'ss7_internationalprefix = +',
    'ss7_nationalprefix =',
    'ss7_subscriberprefix =',
    ...line.spans.flatMap((span, i) =>
      bearersOf(line, i, firstChannel(span)).flatMap(({ range, slot }) => [
        `cicbeginswith = ${ss7.firstCircuit + i * perSpan + slot - 1}`,
        `channel => ${range}`,
      ]),
    ),
    `sigchan = ${firstChannel(line.spans[0] ?? 1) + signallingSlot(line) - 1}`,
    '',
  ].join('\n');
}

/** Time slot that carries signalling, counted from 1; in R2 it holds the line's bits. */
function signallingSlot({ carrier }: Line): number {
  return carrier === 'e1' ? 16 : 24;
}

/** SS7 needs one link a line: its further spans carry speech in every slot. */
function bearersOf(line: Line, index: number, first: number): { range: string; slot: number }[] {
  const slots = slotsOf(line.carrier);
  const all = line.signalling.startsWith('ss7') && index > 0;
  const free = signallingSlot(line);
  const parts: [number, number][] = all
    ? [[1, slots]]
    : (
        [
          [1, free - 1],
          [free + 1, slots],
        ] as [number, number][]
      ).filter(([from, to]) => from <= to);
  return parts.map(([from, to]) => ({ range: `${first + from - 1}-${first + to - 1}`, slot: from }));
}

function spanSection(line: Line, span: number, index: number, first: number): string {
  const cas = line.signalling === 'r2';
  const framing = line.carrier === 'e1' ? `${cas ? 'cas' : 'ccs'},hdb3${cas ? '' : ',crc4'}` : 'esf,b8zs';
  const timing = line.signalling === 'pri-network' ? 0 : 1;
  const bearers = bearersOf(line, index, first);
  const signalling = first + signallingSlot(line) - 1;
  const own = line.signalling.startsWith('ss7')
    ? index === 0
      ? [`mtp2 = ${signalling}`]
      : []
    : cas
      ? []
      : [`dchan = ${signalling}`];
  return [
    `span = ${span},${timing},0,${framing}`,
    ...bearers.map(({ range }) => (cas ? `cas = ${range}:1101` : `bchan = ${range}`)),
    ...own,
  ].join('\n');
}
