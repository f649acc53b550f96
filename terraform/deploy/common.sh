# shellcheck shell=bash disable=SC2034  # Scripts that source this file use its variables.
# Read by every step. Settings come from the environment: PROJECT, REGION and NAME as Terraform has them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

: "${PROJECT:?Expected the id of the project in PROJECT.}" "${REGION:?Expected the region in REGION.}"
NAME=${NAME:-tonemill}
# Folder in which the first steps of the build put Terraform and Go.
PATH=$PATH:/tools:/tools/go/bin
STATE_BUCKET=$PROJECT-$NAME-state
BUILDS_BUCKET=$PROJECT-$NAME-builds
REPOSITORY=$REGION-docker.pkg.dev/$PROJECT/$NAME
# The staged package that gcp-build makes.
BUNDLE=${BUNDLE:-.build/functions}
# Folder of the files that one step leaves for the next.
HANDOVER=${HANDOVER:-/workspace/.build/deploy}

# A command as a shell would take it.
shown() {
  local word line=+
  for word in "$@"; do
    case $word in
      *[!A-Za-z0-9_./:=,@%+-]* | '') line+=" '$word'" ;;
      *) line+=" $word" ;;
    esac
  done
  printf '%s\n' "$line"
}

# Prints a command, then runs it; with DRY_RUN=true it prints only.
run() {
  shown "$@"
  [ "${DRY_RUN:-false}" = true ] || "$@"
}

# The same for a command whose answer is needed: the first argument stands for it in a dry run.
answer() {
  local sample=$1
  shift
  shown "$@" >&2
  if [ "${DRY_RUN:-false}" = true ]; then echo "$sample"; else "$@"; fi
}

# Whether a command succeeds; in a dry run it does not.
succeeds() {
  shown "$@"
  [ "${DRY_RUN:-false}" != true ] && "$@" >/dev/null 2>&1
}

# One line for each revision that has traffic or a tag: REVISION,PERCENT,TAG,URL.
traffic_of() {
  answer "$1-before,100,,
$1-candidate,,candidate,https://candidate---$1.example" \
    gcloud run services describe "$1" --project="$PROJECT" --region="$REGION" '--flatten=status.traffic[]' \
    '--format=csv[no-heading](status.traffic.revisionName,status.traffic.percent,status.traffic.tag,status.traffic.url)'
}

say() {
  printf '== %s\n' "$*"
}

fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

# Builds of pull requests end here, before anything is changed.
deploying_only() {
  if [ "${DEPLOY:-false}" != true ]; then
    say "$1 is for the main branch; nothing is done."
    exit 0
  fi
}

hand_over() {
  mkdir -p "$HANDOVER"
  cat > "$HANDOVER/$1"
}

# Leaves what the next steps need to know of the profile, after Terraform has applied it: the functions, and the URL of the service.
hand_over_profile() {
  local functions url
  functions=$(answer "$1" terraform -chdir=terraform/serverless output -raw functions)
  url=$(answer "$2" terraform -chdir=terraform/serverless output -raw url)
  printf '%s\n' "$functions" | hand_over functions
  printf '%s\n' "$url" | hand_over url
}

# Sets FUNCTIONS to the functions of the profile.
read_functions() {
  read -ra FUNCTIONS < <(handed_over functions 'api uploaded convert transfer dead-letter sweep')
}

handed_over() {
  if [ -e "$HANDOVER/$1" ]; then
    cat "$HANDOVER/$1"
  elif [ "${DRY_RUN:-false}" = true ]; then
    echo "$2"
  else
    fail "The step before has not left $1."
  fi
}
