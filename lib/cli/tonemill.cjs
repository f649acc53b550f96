#!/usr/bin/env node
// The command `tonemill`. Any Node.js reads this file, so that one that is too old says so in a sentence.
'use strict';

const { spawn } = require('node:child_process');
const { existsSync } = require('node:fs');
const { constants } = require('node:os');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');

/** First version that runs the program. */
const NEEDED = 24;

if (Number.parseInt(process.versions.node, 10) >= NEEDED) start();
else passOn(otherNode());

/** Loads the sources of a checkout, or what `npm pack` built: Node.js strips no types from installed packages. */
function start() {
  // Before the first file is read, so that uploads, files and DNS do not wait for each other (as `npm start` sets it).
  process.env.UV_THREADPOOL_SIZE = process.env.UV_THREADPOOL_SIZE || '8';
  require('node:module').enableCompileCache();
  const sources = join(__dirname, 'main.ts');
  const main = existsSync(sources) ? sources : join(__dirname, '..', '..', '.build', 'cli', 'main.js');
  import(pathToFileURL(main).href);
}

/** The Node.js that `npm ci` installs next to the program; an installed package has none. */
function otherNode() {
  const path = join(__dirname, '..', '..', 'node_modules', 'node', 'bin', 'node');
  return existsSync(path) ? path : undefined;
}

/** Runs this file by another Node.js, with the same input, output and signals, and ends as that does. */
function passOn(node) {
  if (node === undefined) {
    process.stderr.write(
      `Tonemill needs Node.js ${NEEDED} or newer, and this is ${process.version}: install a newer one from https://nodejs.org.\n`,
    );
    process.exit(1);
  }
  const child = spawn(node, [__filename, ...process.argv.slice(2)], { stdio: 'inherit' });
  // Ctrl-C reaches both processes by the terminal; other signals reach this one alone.
  process.on('SIGINT', () => undefined);
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    process.exit(code === null ? 128 + (constants.signals[signal] || 0) : code);
  });
}
