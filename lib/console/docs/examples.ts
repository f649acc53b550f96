/**
 * Examples of the guide. `{url}` stands for the address of the service, and `{key}` for an API key. A test runs them in
 * their order against a service.
 */
export const EXAMPLES = {
  key: 'export TONEMILL_KEY={key}',
  account: `curl -s {url}/api/auth/signup -H 'Content-Type: application/json' \\
  -d '{"user":"ann","email":"ann@example.org","password1":"correct horse","password2":"correct horse"}'
TOKEN=$(curl -s {url}/api/auth/login -H 'Content-Type: application/json' \\
  -d '{"email":"ann@example.org","password":"correct horse"}' | sed 's/.*"token":"\\([^"]*\\)".*/\\1/')
export TONEMILL_KEY=$(curl -s {url}/api/auth/keys -H "Authorization: Bearer $TOKEN" \\
  -H 'Content-Type: application/json' -d '{"name":"guide","scopes":["tasks:read","tasks:write"]}' |
  sed 's/.*"key":"\\([^"]*\\)".*/\\1/')`,
  convert: `curl -sfL {url}/api/convert -H "Authorization: Bearer $TONEMILL_KEY" \\
  -F audio=@song.wav -F format=mp3 -F bitrate=128000 -o song.mp3`,
  fetch: `import { openAsBlob } from 'node:fs';
import { writeFile } from 'node:fs/promises';

const form = new FormData();
form.set('format', 'opus');
form.set('audio', await openAsBlob('song.wav'), 'song.wav');
const answer = await fetch('{url}/api/convert', {
  method: 'POST',
  headers: { Authorization: \`Bearer \${process.env.TONEMILL_KEY}\` },
  body: form,
});
if (answer.status !== 200) throw new Error(await answer.text());
await writeFile('song.opus', answer.body);`,
  create: `TASK=$(curl -sf {url}/api/tasks -H "Authorization: Bearer $TONEMILL_KEY" \\
  -F audio=@song.wav -F newFormat=flac | sed 's/.*"task":{"id":\\([0-9]*\\).*/\\1/')
curl -sf "{url}/api/tasks/$TASK?wait=30" -H "Authorization: Bearer $TONEMILL_KEY"`,
  result: `curl -sfL "{url}/api/tasks/$TASK/result" -H "Authorization: Bearer $TONEMILL_KEY" -o song.flac`,
  options: `curl -sf -X PUT "{url}/api/tasks/$TASK" -H "Authorization: Bearer $TONEMILL_KEY" \\
  -H 'Content-Type: application/json' \\
  -d '{"newFormat":"m4a","options":{"preset":"podcast","fadeIn":0.5,"metadata":{"title":"A song"}}}'`,
  upload: `URL=$(curl -sf {url}/api/tasks -H "Authorization: Bearer $TONEMILL_KEY" \\
  -H 'Content-Type: application/json' -d '{"filename":"song.wav","newFormat":"opus"}' |
  sed 's/.*"url":"\\([^"]*\\)".*/\\1/')
curl -s -T song.wav "$URL"`,
  status: `curl -s -D - -X PUT -d '' -H 'Content-Range: bytes */*' "$URL"`,
  batch: `curl -sf {url}/api/batches -H "Authorization: Bearer $TONEMILL_KEY" -H 'Content-Type: application/json' \\
  -d '{"name":"Album","tasks":[{"filename":"song.wav","newFormat":"mp3"}]}' > batch.json
BATCH=$(sed 's/.*"batch":{"id":\\([0-9]*\\).*/\\1/' batch.json)
curl -s -T song.wav "$(sed 's/.*"url":"\\([^"]*\\)".*/\\1/' batch.json)"
curl -sf "{url}/api/batches/$BATCH?wait=60" -H "Authorization: Bearer $TONEMILL_KEY"
curl -sf "{url}/api/batches/$BATCH/results.zip" -H "Authorization: Bearer $TONEMILL_KEY" -o album.zip`,
  events: 'curl -sN -m 5 "{url}/api/tasks/$TASK/events" -H "Authorization: Bearer $TONEMILL_KEY"',
  repeat: `curl -sf {url}/api/tasks -H "Authorization: Bearer $TONEMILL_KEY" \\
  -H 'Idempotency-Key: song-4711' -F audio=@song.wav -F newFormat=mp3`,
  plan: `curl -sf {url}/api/plan -H "Authorization: Bearer $TONEMILL_KEY" -F audio=@song.wav -F newFormat=mp3 -F 'options={"bitrate":128000}'`,
  probe: 'curl -sf {url}/api/probe -H "Authorization: Bearer $TONEMILL_KEY" -F audio=@song.wav',
  commandLine: `export TONEMILL_URL={url}
tonemill convert song.wav --to opus --out converted`,
} as const;

export type ExampleName = keyof typeof EXAMPLES;

/** Text of a key that nobody has made yet. */
export const NO_KEY = 'tm_YOUR_KEY';

/** An example with the address of the service and a key. */
export function example(name: ExampleName, url: string, key: string): string {
  return EXAMPLES[name].replaceAll('{url}', url).replaceAll('{key}', key);
}
