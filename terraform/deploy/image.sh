#!/usr/bin/env bash
# Builds the bundle into one image, named by the hash of what is in it, and leaves its name. An image that is there
# already is the same, and is not built again. The buildpack runs `doctor` inside it.
. "$(dirname "$0")/common.sh"

deploying_only 'Building the image'
[ -d "$BUNDLE" ] || [ "${DRY_RUN:-false}" = true ] || fail "Expected the bundle in $BUNDLE; run npm run gcp-build."

content_hash() {
  (cd "$BUNDLE" && find . -type f -not -path './node_modules/*' -print0 | LC_ALL=C sort -z | xargs -0 sha256sum) |
    sha256sum | cut -c1-16
}

hash=0123456789abcdef
[ ! -d "$BUNDLE" ] || hash=$(content_hash)
image=$REPOSITORY/release:$hash

say "Image $image"
if succeeds gcloud artifacts docker images describe "$image" --project="$PROJECT"; then
  say 'It is there already.'
else
  run gcloud builds submit "$BUNDLE" --project="$PROJECT" --region="$REGION" \
    "--pack=image=$image,env=GOOGLE_FUNCTION_TARGET=site" \
    "--service-account=projects/$PROJECT/serviceAccounts/$NAME-image@$PROJECT.iam.gserviceaccount.com" \
    "--gcs-source-staging-dir=gs://$BUILDS_BUCKET/source" "--gcs-log-dir=gs://$BUILDS_BUCKET/logs"
fi
printf '%s\n' "$image" | hand_over image
