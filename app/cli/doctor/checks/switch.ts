import { ok, skipped, warn, wrong, type Check, type Finding, type Patient } from '../check.ts';

/** REST over WebSocket came with it. */
const leastVersion = 22;
const skewMs = 5_000;

/** Without these no call is answered; the others bring one thing each. */
const needed = [
  'res_ari.so',
  'res_ari_channels.so',
  'res_ari_events.so',
  'res_ari_recordings.so',
  'res_ari_playbacks.so',
  'res_stasis.so',
  'app_stasis.so',
  'chan_pjsip.so',
  'res_pjsip.so',
  'res_rtp_asterisk.so',
  'pbx_config.so',
];
const useful: Readonly<Record<string, string>> = {
  'res_fax_spandsp.so': 'no faxes come in or go out',
  'res_pjsip_messaging.so': 'no SIP texts come in or go out',
  'res_pjsip_mwi.so': 'no lamp is lit',
  'func_talkdetect.so': 'silence at the end of a message is not noticed',
  'app_record.so': 'nothing is recorded while the controller is away',
  'codec_ulaw.so': 'calls in G.711 µ-law fail',
  'codec_alaw.so': 'calls in G.711 A-law fail',
};

/** Where the dialplan's own parts are entered. */
const extensions: readonly (readonly [context: string, extension: string])[] = [
  ['from-trunk', '+12025550100'],
  ['from-phone', '+12025550100'],
  ['handover', 's'],
  ['controller-away', 's'],
  ['facts', 's'],
];

export const asterisk: Check = {
  name: 'switch',
  about: 'ARI answers with this password; version, modules, dialplan, our application',
  ofAsterisk: true,
  async run(patient) {
    const { config } = patient;
    const { url, user, app } = config.asterisk;
    const info = await patient.switch.info();
    if (info.kind === 'away')
      return [
        wrong(
          `the switch does not answer at ${url}: ${info.why}`,
          'start Asterisk with http.conf enabled, or correct asterisk.url or ASTERISK_ARI_URL',
        ),
      ];
    if (info.kind === 'refused')
      return [
        wrong(
          `the switch at ${url} refuses the user ${user}`,
          'make asterisk.user and ASTERISK_ARI_PASSWORD the same as in its ari.conf',
        ),
      ];
    const found: Finding[] = [];
    const major = Number.parseInt(info.version, 10);
    found.push(
      major < leastVersion
        ? wrong(`Asterisk ${info.version} is too old`, `install Asterisk ${leastVersion} or later`)
        : ok(`Asterisk ${info.version} at ${url}`),
    );
    const skew = info.at === undefined ? 0 : Math.abs(info.at.getTime() - Date.now());
    if (skew > skewMs)
      found.push(
        warn(`the switch's clock differs by ${Math.round(skew / 1000)} s`, 'let both machines be set by NTP'),
      );
    if (!(await patient.switch.serves(app)))
      found.push(
        wrong(
          `no controller serves the application ${app} at the switch: callers are recorded by the dialplan alone`,
          'start the controller, or see in its log why it is not connected',
        ),
      );
    const refused = await manager(patient);
    return [
      ...found,
      ...(await modules(patient)),
      ...refused,
      ...(await dialplan(patient, refused.length === 0)),
    ];
  },
};

async function modules(patient: Patient): Promise<readonly Finding[]> {
  const loaded = await patient.switch.modules();
  const missing = needed.filter((name) => !loaded.has(name));
  const fix = 'add `load =` for it to modules.conf (dialplans/modules.conf has all) and restart Asterisk';
  return [
    ...(missing.length > 0 ? [wrong(`modules are not loaded: ${missing.join(', ')}`, fix)] : []),
    ...Object.entries(useful).flatMap(([name, effect]) =>
      loaded.has(name) ? [] : [warn(`${name} is not loaded: ${effect}`, fix)],
    ),
  ];
}

/** @param asks whether the manager interface answers, if there is one */
async function dialplan({ config, switch: asterisk }: Patient, asks: boolean): Promise<readonly Finding[]> {
  const fix =
    'write it with `npm run asterisk:render`, then `asterisk -rx "dialplan reload"` (docs/operations.md)';
  if (!(await asterisk.hasOurDialplan())) return [wrong('the dialplan that is loaded is not ours', fix)];
  // Without a manager interface nothing more can be known, and nobody wants to hear so each time.
  if (!asks || config.asterisk.manager === undefined) return [];
  const there = await Promise.all(
    extensions.map(([context, extension]) => asterisk.hasExtension(context, extension)),
  );
  if (there.every((one) => one === undefined))
    return [
      skipped(
        'parts of the dialplan cannot be looked at: func_dialplan.so is not loaded, or the manager user lacks `write = reporting`',
      ),
    ];
  const missing = extensions.flatMap(([context], i) => (there[i] === false ? [context] : []));
  return missing.length === 0 ? [] : [wrong(`the dialplan lacks ${missing.join(', ')}`, fix)];
}

async function manager({ config, switch: asterisk }: Patient): Promise<readonly Finding[]> {
  if (config.asterisk.manager === undefined) return [];
  const { host, port, user } = config.asterisk.manager;
  const answer = await asterisk.manager();
  if (answer === 'answers') return [];
  return [
    answer === 'refused'
      ? wrong(
          `the manager interface refuses the user ${user}`,
          'make asterisk.manager.user and ASTERISK_AMI_PASSWORD the same as in its manager.conf',
        )
      : wrong(
          `the manager interface does not answer at ${host}:${port}`,
          'enable it in manager.conf, or leave asterisk.manager out: lamps then tell of voice alone',
        ),
  ];
}

export const trunks: Check = {
  name: 'trunks',
  about: 'each trunk is an endpoint of the switch, and can be reached',
  ofAsterisk: true,
  async run(patient) {
    if ((await patient.switch.info()).kind !== 'answers') return [skipped('the switch does not answer')];
    const found: Finding[] = [];
    for (const { name, host, port, line } of patient.config.trunks) {
      if (line !== undefined) {
        found.push(skipped(`trunk ${name} is a line: \`asterisk -rx "dahdi show status"\``));
        continue;
      }
      const state = await patient.switch.endpoint(name);
      if (state === undefined)
        found.push(
          wrong(`trunk ${name} is no endpoint of the switch`, `add it to pjsip.d/, with the name ${name}`),
        );
      else if (state === 'offline')
        found.push(
          wrong(
            `trunk ${name} (${host}:${port}) does not answer the switch's OPTIONS`,
            'see whether the far side is up and lets this address in; `asterisk -rx "pjsip show contacts"`',
          ),
        );
      else found.push(ok(`trunk ${name}: ${state === 'online' ? 'reached' : 'not watched (no qualify)'}`));
    }
    return found;
  },
};
