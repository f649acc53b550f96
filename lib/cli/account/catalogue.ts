import { loadCommandLine } from '../../config/command-line.ts';
import { escaped } from '../../runtime/log-formats.ts';
import { readCredentials } from '../service/credentials.ts';
import { clientOf, serviceUrl } from '../service/service.ts';
import { usageError } from '../terminal/command-error.ts';
import { print, printJson, printTable } from '../terminal/output.ts';
import { stopSignal } from '../terminal/stop.ts';

/** A format as the service and the engine describe it. */
interface Described {
  name: string;
  extension: string;
  codec: string;
  options: Readonly<Record<string, unknown>>;
}

export interface FormatOptions {
  local?: boolean;
  json?: boolean;
}

/** Prints the formats of the service, or of this machine, or the options of one format. */
export async function listFormats(name: string | undefined, how: FormatOptions): Promise<void> {
  const formats = how.local ? await localFormats() : await remoteFormats();
  if (name === undefined) {
    if (how.json) return formats.forEach(printJson);
    const rows = formats.map(({ name: format, extension, codec }) => [format, `.${extension}`, codec]);
    return printTable([['FORMAT', 'FILE', 'CODEC'], ...rows]);
  }
  const found = formats.find((format) => format.name === name.toLowerCase());
  if (!found) {
    const names = formats.map((format) => format.name).join(', ');
    throw usageError(`"${escaped(name)}" is no format. Expected one of ${names}.`);
  }
  if (how.json) return printJson(found);
  print(`${found.name}: .${found.extension}, ${found.codec}`);
  printTable([['OPTION', 'VALUES', ''], ...Object.entries(propertiesOf(found.options)).map(optionRow)]);
}

/** Formats need no key: the address is enough. */
async function remoteFormats(): Promise<readonly Described[]> {
  const { url, configFolder } = loadCommandLine();
  const known =
    url === undefined ? (await readCredentials(configFolder))?.url : serviceUrl(url, 'TONEMILL_URL');
  if (known === undefined) return localFormats();
  return (await clientOf(known, undefined).formats({ signal: stopSignal })).formats;
}

async function localFormats(): Promise<readonly Described[]> {
  const { openLocalEngine } = await import('../local/local-engine.ts');
  return openLocalEngine(1).then(({ describeFormats }) => describeFormats());
}

function propertiesOf(schema: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { properties } = schema;
  return typeof properties === 'object' && properties !== null ? { ...properties } : {};
}

function optionRow([name, schema]: [string, unknown]): string[] {
  const { description = '', ...rest } =
    typeof schema === 'object' && schema !== null ? { ...schema } : ({} as Record<string, unknown>);
  return [name, valuesOf(rest), String(description)];
}

function valuesOf(schema: Record<string, unknown>): string {
  const { type, enum: values, minimum, maximum } = schema;
  if (Array.isArray(values)) return values.join(', ');
  if (minimum !== undefined || maximum !== undefined) return `${minimum ?? ''} to ${maximum ?? ''}`;
  return typeof type === 'string' ? type : 'see docs/formats.md';
}
