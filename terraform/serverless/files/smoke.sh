#!/bin/sh
# Asks every candidate what shows that it works: its secrets, the database, the buckets, the queue, ffmpeg.
# CANDIDATES: NAME=URL, with blanks between. AUDIENCE: what tokens are made out to, without /NAME.
set -eu

metadata=${METADATA:-http://metadata.google.internal}
# A first instance may take its time.
retries=${RETRIES:-5}
event='{"message":{"attributes":{"taskId":"2147483647","revision":"1"}}}'
object='{"bucket":"smoke","name":"2147483647/smoke.wav","generation":"1","size":"1"}'

ask() {
  curl -sS --retry "$retries" --retry-connrefused --max-time 120 -o /dev/null -w '%{http_code}' "$@"
}

# In the name of this job's account, as Pub/Sub, Eventarc and Cloud Scheduler ask in theirs.
call() {
  function=$1
  shift
  token=$(curl -fsS --retry "$retries" -H 'Metadata-Flavor: Google' \
    "$metadata/computeMetadata/v1/instance/service-accounts/default/identity?audience=$AUDIENCE/$function")
  ask -X POST -H "Authorization: Bearer $token" -H 'Content-Type: application/json' "$@"
}

# $2 is a pattern, such as 20[0-9].
expect() {
  # shellcheck disable=SC2254
  case $3 in
    $2) echo "$1 answered $3" ;;
    *) echo "$1 answered $3; expected $2" >&2 && exit 1 ;;
  esac
}

check() {
  function=$1
  url=$2
  case $function in
    auth) expect auth 200 "$(ask "$url/.well-known/jwks.json")" ;;
    tasks)
      expect tasks 200 "$(ask "$url/api/formats")"
      expect tasks 401 "$(ask "$url/api/tasks")"
      ;;
    site) expect site 200 "$(ask "$url/ready")" ;;
    api)
      expect api 200 "$(ask "$url/.well-known/jwks.json")"
      expect api 200 "$(ask "$url/api/formats")"
      expect api 401 "$(ask "$url/api/tasks")"
      expect api 200 "$(ask "$url/ready")"
      ;;
    convert | transfer | dead-letter) expect "$function" '20[0-9]' "$(call "$function" -d "$event" "$url/")" ;;
    uploaded)
      expect uploaded '20[0-9]' "$(call uploaded -H 'ce-specversion: 1.0' -H 'ce-id: smoke' -H 'ce-source: //smoke' \
        -H 'ce-type: google.cloud.storage.object.v1.finalized' -d "$object" "$url/")"
      ;;
    sweep) expect sweep 200 "$(call sweep -d '{}' "$url/")" ;;
    *) echo "Expected a function, got $function." >&2 && exit 1 ;;
  esac
}

for candidate in ${CANDIDATES:?Expected NAME=URL of every candidate.}; do
  check "${candidate%%=*}" "${candidate#*=}"
done
