/**
 * npm run freeswitch:render -- CONFIG.yaml FOLDER
 *
 * Writes FreeSWITCH's configuration for this installation: trunks, folders and addresses from the controller's own
 * configuration, the password from FREESWITCH_PASSWORD. Phones of subscribers: `--phone NUMBER=PASSWORD`, any number of times.
 * For secure trunks: the folder with agent.pem and cafile.pem.
 */
import { renderArguments, renderFromConfig } from './freeswitch/from-config.ts';

try {
  const given = renderArguments(process.argv.slice(2));
  const written = await renderFromConfig(given);
  console.log(`${written.length} files written to ${given.folder}`);
} catch (error) {
  console.error(`freeswitch:render: ${(error as Error).message}`);
  process.exitCode = 1;
}
