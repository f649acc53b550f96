#!/usr/bin/env bash
# npm's cache between builds, by what the lock file says: `cache.sh restore`, `cache.sh save`. Only builds of the main branch may
# write it. A cache that is missing costs time and nothing else.
. "$(dirname "$0")/common.sh"

folder=.build/npm-cache
key=$(sha256sum package-lock.json | cut -c1-16)
archive=.build/$key.tar.gz
object=gs://$BUILDS_BUCKET/cache/$key.tar.gz

case ${1:-} in
  restore)
    mkdir -p "$folder"
    if succeeds gcloud storage cp "$object" "$archive"; then
      tar -xzf "$archive" -C "$folder"
      rm "$archive"
    else
      say 'No cache yet.'
    fi
    ;;
  save)
    deploying_only 'Saving the cache'
    if succeeds gcloud storage objects describe "$object"; then
      say 'It is there already.'
    else
      tar -czf "$archive" -C "$folder" .
      run gcloud storage cp "$archive" "$object"
    fi
    ;;
  *) fail 'Expected restore or save.' ;;
esac
