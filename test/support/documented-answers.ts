import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { z } from 'zod';
import { apiDocument } from './document.ts';

const RESPONSE = z.looseObject({
  headers: z.record(z.string(), z.unknown()).default({}),
  content: z.record(z.string(), z.looseObject({})).optional(),
});

const ROUTES = z.object({
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.object({ responses: z.record(z.string(), z.union([z.object({ $ref: z.string() }), RESPONSE])) }),
    ),
  ),
  components: z.object({ responses: z.record(z.string(), RESPONSE) }),
});

/** Headers that any answer may have, so that the document does not repeat them. */
const COMMON_HEADERS =
  /^(access-control-.*|cache-control|connection|content-(encoding|length|security-policy|type)|date|keep-alive|referrer-policy|strict-transport-security|transfer-encoding|vary|x-(accel-buffering|content-type-options|frame-options))$/;

/** An answer of the service, as far as the document describes it. */
export interface Answer {
  method: string;
  /** Path without the query. */
  path: string;
  status: number;
  headers: Headers;
  /** Undefined where it was not read, or is no JSON. */
  json?: unknown;
}

/** Compares answers with the OpenAPI document. */
export interface AnswerCheck {
  /** @returns what the document does not say of the answer, or undefined if it describes no such path */
  faultsOf(answer: Answer): string[] | undefined;
}

/** Makes a check by the document of this version. */
export async function documentedAnswers(): Promise<AnswerCheck> {
  const document = await apiDocument();
  const { paths, components } = ROUTES.parse(document);
  const ajv = addFormats.default(new Ajv2020({ strict: false, validateFormats: true }));
  ajv.addSchema({ $id: 'api', ...document });
  const validators = new Map<string, ValidateFunction>();
  const validator = (pointer: string) => {
    const found = validators.get(pointer) ?? ajv.compile({ $ref: `api#${pointer}` });
    validators.set(pointer, found);
    return found;
  };
  const routes = Object.entries(paths).map(([path, methods]) => ({
    path,
    methods,
    pattern: patternOf(path),
  }));

  return {
    faultsOf({ method, path, status, headers, json }) {
      const route = routes.find(({ pattern }) => pattern.test(path));
      const verb = method === 'HEAD' ? 'get' : method.toLowerCase();
      if (!route || !Object.hasOwn(route.methods, verb)) return undefined;
      const operation = route.methods[verb];
      if (!operation) return undefined;
      const named = `${method} ${route.path} ${status}`;
      const response = operation.responses[status];
      if (!response) return [`${named}: no such status`];
      const reference = '$ref' in response ? z.string().parse(response.$ref).slice(1) : undefined;
      const described = reference
        ? components.responses[reference.split('/').at(-1) ?? '']
        : RESPONSE.parse(response);
      const pointer = reference ?? `/paths/${escaped(route.path)}/${verb}/responses/${status}`;
      if (!described) return [`${named}: ${reference} is not there`];
      const type = headers.get('content-type');
      const declared = type === null ? undefined : mediaTypeOf(type, Object.keys(described.content ?? {}));
      const faults = headerFaults(headers, Object.keys(described.headers));
      if (type !== null && declared === undefined) faults.push(`no content of type ${type}`);
      if (declared !== undefined && json !== undefined) {
        const check = validator(`${pointer}/content/${escaped(declared)}/schema`);
        if (!check(json))
          faults.push(`body ${ajv.errorsText(check.errors)}: ${JSON.stringify(json).slice(0, 300)}`);
      }
      return faults.map((fault) => `${named}: ${fault}`);
    },
  };
}

function headerFaults(headers: Headers, described: readonly string[]): string[] {
  const names = described.map((name) => name.toLowerCase());
  const unknown = [...headers.keys()].filter((name) => !COMMON_HEADERS.test(name) && !names.includes(name));
  return unknown.map((name) => `no header ${name}`);
}

/** The media type of the document that a content type belongs to: itself, or a range such as `audio/*`. */
function mediaTypeOf(type: string, described: readonly string[]): string | undefined {
  const [name = ''] = type.split(';');
  const range = `${name.split('/')[0]}/*`;
  return described.find((media) => media === type || media === name.trim() || media === range);
}

function patternOf(path: string): RegExp {
  const parts = path.split('/').map((part) => (part.startsWith('{') ? '[^/]+' : RegExp.escape(part)));
  return new RegExp(`^${parts.join('/')}$`);
}

/** A name as a part of a JSON pointer in a fragment. */
function escaped(name: string): string {
  return encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'));
}
