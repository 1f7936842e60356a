#!/usr/bin/env node
// `npx answerback`: the command as its sources have it, else as it was built. A process of its own, so that what it starts
// gets the same arguments of Node.js.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const source = path('../app/cli/bin.ts');
const develops = existsSync(source) && existsSync(path('../node_modules/tsx'));
const main = develops
  ? ['--import', 'tsx', source]
  : ['--enable-source-maps', path('../dist/app/cli/bin.js')];
const child = spawn(process.execPath, [...main, ...process.argv.slice(2)], { stdio: 'inherit' });
// A terminal's Ctrl-C reaches both: this one waits for the other's end.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('exit', (code, signal) => (process.exitCode = signal === null ? code : 1));
