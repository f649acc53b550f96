#!/usr/bin/env bash
# Has the candidates asked from inside the network, by the job that Terraform declares for it.
. "$(dirname "$0")/common.sh"

deploying_only 'Asking the candidates'
candidates=$(handed_over candidates "api=https://candidate---$NAME-api.example")

run gcloud run jobs execute "$NAME-smoke" --project="$PROJECT" --region="$REGION" --wait "--update-env-vars=CANDIDATES=$candidates"
