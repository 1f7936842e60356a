/** Makes the empty database that new local stores are copied from, so that the first start is as quick as the next. */
import { emptyCluster } from '../stack/postgres.ts';

await emptyCluster((line) => console.log(line));
