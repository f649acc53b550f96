#!/usr/bin/env bash
# Stands in for gcloud, terraform and others, by the name that it is called by: writes the call to the file RECORD,
# answers what the scripts ask for, and fails where the call is of the pattern FAILS.
set -euo pipefail

call="$(basename "$0") $*"
printf '%s\n' "${call//$'\n'/ }" >> "$RECORD"
# shellcheck disable=SC2053  # It is a pattern.
if [ -n "${FAILS:-}" ] && [[ $call == $FAILS ]]; then
  echo "stand-in: failed: $call" >&2
  exit 1
fi

case $call in
  'gcloud artifacts docker images describe'*) [ -n "${HAS_IMAGE:-}" ] ;;
  'gcloud storage cp gs://'*/cache/*) exit 1 ;;
  'gcloud storage objects describe'* | 'gcloud storage buckets describe'*) exit 1 ;;
  'gcloud run services describe '*)
    printf '%s-old,100,,\n' "$4"
    printf '%s-new,,candidate,https://candidate---%s.example\n' "$4" "$4"
    ;;
  'gcloud sql instances describe'*) echo 10.0.0.3 ;;
  'gcloud secrets versions list'*) printf '%s' "${HAS_SECRETS:-}" ;;
  'npm run --silent new-secrets'*) printf "JWT_PRIVATE_KEYS='{\"keys\":[]}'\nSERVICE_CREDENTIAL='sixteen characters'\n" ;;
  'terraform '*' output '*)
    values=$(dirname "$RECORD")/terraform/serverless/terraform.tfvars
    if grep -qs '^profile *= *"standard"' "$values"; then
      functions='auth tasks site uploaded convert transfer dead-letter sweep' address=203.0.113.1
      url=https://$(sed -n 's/^host *= *"\(.*\)"/\1/p' "$values")
    else
      functions='api uploaded convert transfer dead-letter sweep' address='' url=https://tonemill-api-1.europe-west1.run.app
    fi
    printf %s "${!#}" | sed "s|^functions$|$functions|; s|^address$|$address|; s|^url$|$url|"
    ;;
esac
