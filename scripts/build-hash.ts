/** `npm run build:hash [-- FOLDER]...`: one hash of what was built; the same sources and lockfile give the same on any machine. */
import { hashOfFolder } from './build/hash-of-folder.ts';

const folders = process.argv.slice(2);
for (const folder of folders.length === 0 ? ['dist/app', 'web/dist'] : folders)
  console.log(`${await hashOfFolder(folder)}  ${folder}`);
