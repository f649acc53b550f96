#!/usr/bin/env bash
# Fetches the variables of Terraform, which lie beside its state.
. "$(dirname "$0")/common.sh"

deploying_only 'Fetching variables'
mkdir -p "$HANDOVER"
run gcloud storage cp "gs://$STATE_BUCKET/serverless.tfvars" "${VARIABLES:?Expected the file of variables in VARIABLES.}"
