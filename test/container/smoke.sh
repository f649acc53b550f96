#!/usr/bin/env bash
# Uses a service as a stranger who has just started it: waits for it, signs up, converts a second of silence, and looks at the
# pages. The address is the only argument. No guest may come in, since the service is in a container.
set -euo pipefail
url=${1:-http://localhost:8080}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for _ in $(seq 90); do
  curl -sf -o /dev/null "$url/ready" && break
  sleep 1
done
curl -sSf "$url/ready"
echo

# A WAV file: 16 bits, mono, 44,100 Hz.
{
  printf 'RIFF\xac\x58\x01\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x44\xac\x00\x00\x88\x58\x01\x00\x02\x00\x10\x00data\x88\x58\x01\x00'
  head -c 88200 /dev/zero
} >"$work/silence.wav"

person="smoke-$RANDOM$RANDOM"
json() { curl -sSf -H 'Content-Type: application/json' "$@"; }
json -o /dev/null "$url/api/auth/signup" \
  -d "{\"user\":\"$person\",\"email\":\"$person@example.org\",\"password1\":\"correct horse\",\"password2\":\"correct horse\"}"
token=$(json "$url/api/auth/login" -d "{\"email\":\"$person@example.org\",\"password\":\"correct horse\"}" |
  sed 's/.*"token":"\([^"]*\)".*/\1/')

# The names of the library encoders, and one without: a list of ffmpeg that is read wrongly has none of the first.
for format in mp3 ogg opus m4a flac; do
  curl -sSf -L -H "Authorization: Bearer $token" -F "audio=@$work/silence.wav" -F "format=$format" \
    -o "$work/silence.$format" "$url/api/convert"
done
test "$(head -c 3 "$work/silence.mp3")" = ID3
test "$(head -c 4 "$work/silence.opus")" = OggS
test "$(head -c 4 "$work/silence.flac")" = fLaC
echo 'Converted into mp3, ogg, opus, m4a and flac.'

for path in / /docs /docs/reference; do
  script=$(curl -sSf "$url$path" | grep -o '/assets/[a-z]*-[A-Z0-9]*\.js' | tail -n 1)
  curl -sSf -o /dev/null "$url$script"
done

guest=$(curl -s -o /dev/null -w '%{http_code}' -X POST "$url/api/auth/guest")
test "$guest" = 404 || { echo "A guest got $guest." >&2; exit 1; }
echo 'The container works, and takes no guests.'
