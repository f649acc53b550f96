import { api } from './api.ts';
import { coldStart } from './cold-start.ts';
import { convert } from './convert.ts';
import { kills } from './kills.ts';
import { loop } from './loop.ts';
import { memory } from './memory.ts';

/** Benchmarks by name: `npm run bench -- NAME`. Each prints what it measured, and judges nothing. */
const BENCHES: Readonly<Record<string, () => Promise<void>>> = {
  api,
  'cold-start': coldStart,
  convert,
  kills,
  loop,
  memory,
};

const [name = '', ...others] = process.argv.slice(2);
const bench = BENCHES[name];
if (!bench || others.length > 0) {
  process.stderr.write(`Expected one of ${Object.keys(BENCHES).join(', ')}: npm run bench -- convert\n`);
  process.exit(2);
}
await bench();
