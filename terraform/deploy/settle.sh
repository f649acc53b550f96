#!/usr/bin/env bash
# The verdict. The two steps before it may fail or run out of time without ending the build, so that this one is always
# reached: without the mark that the live smoke leaves, all traffic goes back and the build fails.
. "$(dirname "$0")/common.sh"

deploying_only 'The verdict'
if [ -e "$HANDOVER/live" ]; then
  say 'The new revisions serve.'
else
  terraform/deploy/traffic.sh back
  fail 'The smoke on the live site failed: all traffic is back on the revisions of before.'
fi
