#!/usr/bin/env bash
# Fetches the variables of Terraform from the bucket of its state, which only its own account may read.
. "$(dirname "$0")/common.sh"

deploying_only 'Fetching variables'
mkdir -p "$HANDOVER"
run gcloud storage cp "--impersonate-service-account=$NAME-terraform@$PROJECT.iam.gserviceaccount.com" \
  "gs://$STATE_BUCKET/serverless.tfvars" "${VARIABLES:?Expected the file of variables in VARIABLES.}"
