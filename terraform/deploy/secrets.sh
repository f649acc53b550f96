#!/usr/bin/env bash
# Gives every secret its first version, where it has none, and the database the owner of its schema. Values go through
# files that only this user reads, and are on no command line.
. "$(dirname "$0")/common.sh"

umask 077
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

has_version() {
  [ -n "$(answer '' gcloud secrets versions list "$NAME-$1" "--project=$PROJECT" --filter=state=enabled --limit=1 '--format=value(name)')" ]
}

add_version() {
  run gcloud secrets versions add "$NAME-$1" "--project=$PROJECT" "--data-file=$folder/$1"
}

# Lines of NAME='value'.
made() {
  if [ "${DRY_RUN:-false}" = true ]; then echo "$1='sample'"; else npm run --silent new-secrets; fi
}

from_new_secrets() {
  has_version "$1" && return
  made "$2" | sed -n "s/^$2='\\(.*\\)'\$/\\1/p" | tr -d '\n' > "$folder/$1"
  [ -s "$folder/$1" ] || fail "npm run new-secrets has made no $2."
  add_version "$1"
}

owner_url() {
  has_version owner-url && return
  local address password
  address=$(answer 10.0.0.3 gcloud sql instances describe "$NAME" "--project=$PROJECT" '--format=value(ipAddresses[0].ipAddress)')
  password=$(head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n')
  printf -- '--password: %s\n' "$password" > "$folder/flags.yaml"
  # One that is left from an attempt before gets the new password.
  run gcloud sql users create owner "--instance=$NAME" "--project=$PROJECT" "--flags-file=$folder/flags.yaml" ||
    run gcloud sql users set-password owner "--instance=$NAME" "--project=$PROJECT" "--flags-file=$folder/flags.yaml"
  # Encrypted, but with a certificate of Cloud SQL's own authority, which pg does not know; the address is private.
  printf 'postgres://owner:%s@%s/tonemill?sslmode=no-verify' "$password" "$address" > "$folder/owner-url"
  add_version owner-url
}

from_new_secrets jwt-private-keys JWT_PRIVATE_KEYS
from_new_secrets service-credential SERVICE_CREDENTIAL
owner_url
