/**
 * npm run asterisk:render -- CONFIG.yaml FOLDER
 *
 * Writes Asterisk's configuration for this installation into FOLDER (/etc/asterisk): dialplan, ARI, SIP, modules, from dialplans/
 * and the controller's own configuration. `--environment FILE` has the service's secrets. Phones of subscribers: `--phone
 * NUMBER=PASSWORD`, any number of times. For secure trunks: `--tls-key`, `--tls-cert`, `--tls-ca`. What is replaced is kept beside it.
 */
import { renderArguments, renderFromConfig } from './asterisk/from-config.ts';

/** Of which a reload takes no notice. */
const needRestart = new Set([
  'asterisk.conf',
  'chan_dahdi.conf',
  'modules.conf',
  'pjsip.conf',
  'sorcery.conf',
]);

try {
  const given = renderArguments(process.argv.slice(2));
  const { files, changed, kept } = await renderFromConfig(given);
  console.log(`${files.length} files in ${given.folder}, ${changed.length} of them new or changed`);
  for (const file of kept) console.log(`what was there is in ${file}`);
  for (const { name, number } of given.phones) console.log(`phone of ${number}: SIP user ${name}`);
  if (changed.includes('dahdi/system.conf'))
    console.log('copy dahdi/system.conf to /etc/dahdi/, then: dahdi_cfg -v');
  const restart = changed.filter((path) => needRestart.has(path));
  if (restart.length > 0) console.log(`restart Asterisk: ${restart.join(', ')} changed`);
  else if (changed.length > 0) console.log('reload Asterisk: asterisk -rx "core reload"');
} catch (error) {
  console.error(`asterisk:render: ${(error as Error).message}`);
  process.exitCode = 1;
}
