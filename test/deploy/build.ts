import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { z } from 'zod';

const run = promisify(execFile);

/** The package's root. */
export const ROOT = join(import.meta.dirname, '..', '..');

const STEP = z.strictObject({
  id: z.string(),
  name: z.string(),
  entrypoint: z.string(),
  args: z.array(z.string()),
  waitFor: z.array(z.string()),
  volumes: z.array(z.strictObject({ name: z.string(), path: z.string() })).optional(),
  timeout: z
    .string()
    .regex(/^\d+s$/)
    .optional(),
  allowFailure: z.boolean().optional(),
});

/** As far as https://cloud.google.com/build/docs/build-config-file-schema is used here; anything else is a failure. */
const BUILD = z.strictObject({
  steps: z.array(STEP),
  timeout: z.string().regex(/^\d+s$/),
  options: z.strictObject({
    logging: z.string(),
    machineType: z.string(),
    substitutionOption: z.string(),
    env: z.array(z.string()),
  }),
  substitutions: z.record(z.string().regex(/^_[A-Z_]+$/), z.string()),
});
export type Build = z.output<typeof BUILD>;

export async function loadBuild(): Promise<Build> {
  return BUILD.parse(parse(await readFile(join(ROOT, 'cloudbuild.yaml'), 'utf8')));
}

/** Programs that a stand-in takes the place of: it records how it was called, and answers as a test requests. */
const PROGRAMS = ['apt-get', 'curl', 'gcloud', 'node', 'npm', 'terraform'];

/** Where one deployment runs: scripts, a bundle, stand-ins, and what they recorded. */
export interface Stage {
  /** Runs a script as a shell does; `fails` is a pattern of calls that fail. */
  script(args: readonly string[], env: Record<string, string>, fails?: string): Promise<Outcome>;
  /** Runs lines as somebody types them. */
  commands(lines: string): Promise<Outcome>;
  /** Every call of a stand-in so far, its words with blanks between. */
  calls(): Promise<string[]>;
}

export interface Outcome {
  readonly code: number;
  readonly output: string;
}

/** @param folder an empty one */
export async function openStage(folder: string): Promise<Stage> {
  const [bin, record] = [join(folder, 'bin'), join(folder, 'calls')];
  await cp(join(ROOT, 'terraform', 'deploy'), join(folder, 'terraform', 'deploy'), { recursive: true });
  await cp(join(ROOT, 'package-lock.json'), join(folder, 'package-lock.json'));
  await mkdir(join(folder, 'terraform', 'serverless'), { recursive: true });
  await mkdir(join(folder, '.build', 'functions'), { recursive: true });
  await writeFile(join(folder, '.build', 'functions', 'package.json'), '{}');
  await mkdir(bin);
  for (const program of PROGRAMS) await symlink(join(import.meta.dirname, 'stand-in.sh'), join(bin, program));
  const base = {
    PATH: [bin, process.env.PATH ?? ''].join(delimiter),
    RECORD: record,
    HANDOVER: join(folder, '.build', 'deploy'),
  };
  const bash = async (args: readonly string[], env: Record<string, string>): Promise<Outcome> => {
    try {
      const { stdout, stderr } = await run('bash', [...args], { cwd: folder, env: { ...base, ...env } });
      return { code: 0, output: stdout + stderr };
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && typeof error.code === 'number')) throw error;
      const output = 'stdout' in error && 'stderr' in error ? `${error.stdout}${error.stderr}` : '';
      return { code: error.code, output };
    }
  };
  return {
    script: ([file = '', ...rest], env, fails = '') =>
      bash([join(folder, file), ...rest], { ...env, FAILS: fails }),
    commands: (lines) => bash(['-euc', lines], {}),
    async calls() {
      const text = await readFile(record, 'utf8').catch(() => '');
      return text.split('\n').filter(Boolean);
    },
  };
}

/** Runs every step as Cloud Build would, one after the other; the first that fails ends it, unless it may fail. */
export async function runBuild(
  stage: Stage,
  { steps, options, substitutions }: Build,
  given: Record<string, string>,
  fails?: string,
): Promise<{ failed: string | undefined; reached: string[]; output: string }> {
  const values: Record<string, string> = { ...substitutions, PROJECT_ID: 'demo-project', ...given };
  const filled = (text: string) => text.replace(/\$\{?(_?[A-Z_]+)\}?/g, (_, name) => values[name] ?? '');
  const env = Object.fromEntries(options.env.map((line) => filled(line).split(/=(.*)/s).slice(0, 2)));
  delete env.VARIABLES;
  const reached: string[] = [];
  let output = '';
  for (const { id, entrypoint, args, allowFailure } of steps) {
    if (entrypoint !== 'bash') continue;
    reached.push(id);
    const outcome = await stage.script(args, { ...env, VARIABLES: 'serverless.tfvars' }, fails);
    output += outcome.output;
    if (outcome.code !== 0 && !allowFailure) return { failed: id, reached, output };
  }
  return { failed: undefined, reached, output };
}
