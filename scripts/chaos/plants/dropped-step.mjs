// A bug on purpose: every fifth message begins without its step `notify`.
import { register } from 'node:module';

register('./drop-step-hooks.mjs', import.meta.url);
