#!/usr/bin/env bash
# Decides whether the traffic stays. The two steps before this one may fail or run out of time without ending the build, so
# this step always runs: without the mark of the live smoke test, all traffic goes back and the build fails.
. "$(dirname "$0")/common.sh"

deploying_only 'The decision on traffic'
if [ -e "$HANDOVER/live" ]; then
  say 'The new revisions serve.'
else
  terraform/deploy/traffic.sh back
  fail 'The smoke on the live site failed: all traffic is back on the revisions of before.'
fi
