import { runMediaCases } from './cases.ts';
import { openAriWorld } from './ari/world.ts';

describe('media/ari', () => {
  runMediaCases(openAriWorld, { timeoutMs: 40_000 });
});
