import { parseArgs } from 'node:util';
import { api } from './api.ts';
import { chaos } from './chaos.ts';
import { coldStart } from './cold-start.ts';
import { convert } from './convert.ts';
import { writeTables } from './figures.ts';
import { fit } from './fit.ts';
import { growth } from './growth.ts';
import { kills } from './kills.ts';
import { latency } from './latency.ts';
import { limits } from './limits.ts';
import { listeners } from './listeners.ts';
import { loop } from './loop.ts';
import { memory } from './memory.ts';
import type { BenchOptions } from './options.ts';
import { uploads } from './uploads.ts';

/** Benchmarks by name: `npm run bench -- NAME [--quick]`. Each prints what it measured, and judges nothing. */
const BENCHES: Readonly<Record<string, (options: BenchOptions) => Promise<void>>> = {
  api,
  chaos,
  'cold-start': coldStart,
  convert,
  fit,
  growth,
  kills,
  latency,
  limits,
  listeners,
  loop,
  memory,
  uploads,
};

const { name, quick } = requested();
await BENCHES[name]?.({ quick });
process.stderr.write(`The tables are also in ${await writeTables(name, quick)}.\n`);

/** Ends the process if the command names no benchmark. */
function requested(): { name: string; quick: boolean } {
  try {
    const options = { quick: { type: 'boolean', default: false } } as const;
    const { positionals, values } = parseArgs({ allowPositionals: true, options });
    const [name = '', ...others] = positionals;
    if (Object.hasOwn(BENCHES, name) && others.length === 0) return { name, quick: values.quick };
  } catch {
    // The sentence below names the only option.
  }
  const names = Object.keys(BENCHES).join(', ');
  process.stderr.write(`Expected one of ${names}: npm run bench -- convert [--quick]\n`);
  process.exit(2);
}
