import { runMediaCases } from './cases.ts';
import { openScriptedWorld } from './scripted-world.ts';

describe('media/scripted', () => {
  runMediaCases(openScriptedWorld);
});
