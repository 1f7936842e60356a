import { runMediaCases } from './cases.ts';
import { openEslWorld } from './esl/world.ts';

describe('media: FreeSWITCH over its event socket (a double)', () => {
  runMediaCases(() => openEslWorld());
});
