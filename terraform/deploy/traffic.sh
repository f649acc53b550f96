#!/usr/bin/env bash
# Moves traffic: `traffic.sh forward` to the candidates, after it has noted what has it now; `traffic.sh back` to that.
. "$(dirname "$0")/common.sh"

move() {
  while IFS='=' read -r service revision; do
    run gcloud run services update-traffic "$service" --project="$PROJECT" --region="$REGION" --quiet "--to-revisions=$revision=100"
  done
}

# The revision that has the most traffic.
serving() {
  traffic_of "$1" | sort -t, -k2,2nr | head -1 | cut -d, -f1
}

forward() {
  deploying_only 'Moving traffic'
  local function
  read_functions
  for function in "${FUNCTIONS[@]}"; do
    printf '%s=%s\n' "$NAME-$function" "$(serving "$NAME-$function")"
  done | hand_over before
  move < <(handed_over revisions "$NAME-api=$NAME-api-candidate")
  date -u +%FT%TZ | hand_over moved
}

back() {
  deploying_only 'Moving traffic back'
  if [ -e "$HANDOVER/before" ]; then
    move < "$HANDOVER/before"
  else
    say 'No traffic was moved.'
  fi
}

case ${1:-} in
  forward) forward ;;
  back) back ;;
  *) fail 'Expected forward or back.' ;;
esac
