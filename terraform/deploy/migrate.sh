#!/usr/bin/env bash
# Brings the schema up, before any traffic moves. Migrations expand first and contract a release later, so the
# revisions that still answer run on the new schema as well.
. "$(dirname "$0")/common.sh"

deploying_only 'Migrating'

run gcloud run jobs execute "$NAME-migrate" --project="$PROJECT" --region="$REGION" --wait
