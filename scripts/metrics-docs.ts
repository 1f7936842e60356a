/** `npm run metrics:docs`: writes docs/monitoring.md and docs/grafana/answerback.json. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dashboard } from './monitoring/dashboard.ts';
import { monitoringPage } from './monitoring/page.ts';
import { checkout } from './stack/machine.ts';

writeFileSync(join(checkout, 'docs/monitoring.md'), monitoringPage());
writeFileSync(
  join(checkout, 'docs/grafana/answerback.json'),
  `${JSON.stringify(dashboard(), undefined, 2)}\n`,
);
console.log('docs/monitoring.md and docs/grafana/answerback.json written');
