#!/usr/bin/env bash
# Runs `doctor` in the built image, as Cloud Run runs it: a missing or old ffmpeg ends the build here, before the first
# conversion. It runs in the migration job.
. "$(dirname "$0")/common.sh"

deploying_only 'The doctor'
image=$(handed_over image "$REPOSITORY/release:0123456789abcdef")

run gcloud run jobs update "$NAME-migrate" --project="$PROJECT" --region="$REGION" "--image=$image"
run gcloud run jobs execute "$NAME-migrate" --project="$PROJECT" --region="$REGION" --wait --args=npm,run,doctor,programs
