import type { Operation } from './api-document.ts';

/** A request of an operation for a shell, with the address of the service. */
export function curlOf({ method, path, parameters, body, security }: Operation, url: string): string {
  const query = parameters
    .filter((parameter) => parameter.in === 'query' && parameter.required)
    .map(({ name }) => `${name}=1`)
    .join('&');
  const address = `${url}${path.replaceAll(/\{\w+\}/g, '1')}${query === '' ? '' : `?${query}`}`;
  const parts = [
    `curl -s${method === 'GET' ? '' : ` -X ${method}`} '${address}'`,
    ...(security === 'bearer' ? ['-H "Authorization: Bearer $TONEMILL_KEY"'] : []),
    ...(security === 'service' ? ['-H "X-Service-Credential: $SERVICE_CREDENTIAL"'] : []),
    ...bodyOf(body),
  ];
  return parts.join(' \\\n  ');
}

function bodyOf(body: Operation['body']): string[] {
  const contents = new Map(Object.entries(body));
  const example = contents.get('application/json')?.example;
  if (example !== undefined)
    return ["-H 'Content-Type: application/json'", `-d '${quoted(JSON.stringify(example))}'`];
  if (contents.has('multipart/form-data')) return ['-F audio=@song.wav'];
  const [type] = contents.keys();
  return type === undefined ? [] : [`-H 'Content-Type: ${type}'`, '--data-binary @file'];
}

/** A text inside of quotes of a shell. */
function quoted(text: string): string {
  return text.replaceAll("'", "'\\''");
}
