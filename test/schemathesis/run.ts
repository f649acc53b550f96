import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { newFolder } from '../support/folders.ts';
import { installPython } from '../support/python.ts';

const HERE = import.meta.dirname;

const VENV = join(HERE, '..', '..', '.build', 'schemathesis');

/** Operations that are left out, of the whole run or of one of its phases; hooks.py reads the rest of the file. */
const EXCEPTIONS = z.object({
  operations: z.array(
    z.strictObject({ name: z.string(), phase: z.string().optional(), reason: z.string().min(1) }),
  ),
});

/** Checks that hooks.py has with exceptions. */
const REPLACED = 'positive_data_acceptance,negative_data_rejection';

/** Most generated requests for each operation in each phase. */
const MOST_EXAMPLES = 25;

/** Installs Schemathesis from PyPI. @returns the path of the program, or undefined where it cannot be had */
export async function installSchemathesis(): Promise<string | undefined> {
  const programs = await installPython(VENV, HERE);
  return programs && join(programs, 'schemathesis');
}

/**
 * Sends requests that Schemathesis generates from the OpenAPI document of a service, the same ones in each run.
 * @param token of the user who sends them
 * @returns its exit code, which is 0 without failures, and its report
 */
export async function runSchemathesis(
  program: string,
  url: string,
  token: string,
): Promise<{ code: number; report: string }> {
  const folder = await newFolder();
  await writeFile(join(folder, 'config.toml'), await config());
  const args = ['--config-file', 'config.toml', 'run', `${url}/openapi.json`];
  args.push('--header', `Authorization: Bearer ${token}`, '--exclude-checks', REPLACED);
  args.push('--max-examples', String(MOST_EXAMPLES), '--generation-deterministic');
  args.push('--request-timeout', '60', '--continue-on-failure', '--no-color');
  const env = {
    PATH: process.env.PATH,
    SCHEMATHESIS_HOOKS: 'hooks',
    PYTHONPATH: HERE,
    PYTHONDONTWRITEBYTECODE: '1',
  };
  return new Promise((resolve) => {
    execFile(program, args, { cwd: folder, env, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, report: stdout + stderr });
    });
  });
}

async function config(): Promise<string> {
  const { operations } = EXCEPTIONS.parse(JSON.parse(await readFile(join(HERE, 'exceptions.json'), 'utf8')));
  const tables = operations.map(({ name, phase, reason }) => {
    const disabled = phase === undefined ? 'enabled' : `phases.${phase}.enabled`;
    return `# ${reason}\n[[operations]]\ninclude-operation-id = "${name}"\n${disabled} = false\n`;
  });
  return tables.join('\n');
}

// CI installs it before the tests, which need no network then.
if (import.meta.main) await installSchemathesis();
