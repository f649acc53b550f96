#!/usr/bin/env bash
# The first deployment, from a laptop, and every one after it that does not come from Cloud Build:
#
#     npm run deploy -- --project ID --region R [--dry-run]
#
# Every command is printed before it runs; with --dry-run it is printed only. Each step finds what is there already, so
# after a failure the same command goes on. terraform/serverless/terraform.tfvars holds the other variables, alert_emails
# at least, and host for the standard profile.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

usage() {
  printf 'Usage: npm run deploy -- --project ID --region R [--dry-run]\n%s\n' "$*" >&2
  exit 2
}

PROJECT='' REGION='' DRY_RUN=false
while [ $# -gt 0 ]; do
  case $1 in
    --project) PROJECT=${2:-} && shift ;;
    --region) REGION=${2:-} && shift ;;
    --dry-run) DRY_RUN=true ;;
    *) usage "There is no option $1." ;;
  esac
  shift || usage 'Expected a value at the end.'
done
[ -n "$PROJECT" ] || usage 'Expected --project.'
[ -n "$REGION" ] || usage 'Expected --region.'

VARIABLES=$PWD/terraform/serverless/terraform.tfvars
DEPLOY=true
HANDOVER=$(mktemp -d)
trap 'rm -rf "$HANDOVER"' EXIT
if [ -e "$VARIABLES" ]; then
  variable() { sed -n "s/^$1 *= *\"\\(.*\\)\".*/\\1/p" "$VARIABLES"; }
  NAME=$(variable name)
  PROFILE=$(variable profile)
elif [ "$DRY_RUN" != true ]; then
  usage "Expected $VARIABLES, with alert_emails = [\"you@example.com\"]."
fi
# A dry run has no outputs of Terraform, so these stand for them.
functions='api uploaded convert transfer dead-letter sweep' url="https://${NAME:-tonemill}-api-123456789012.$REGION.run.app" address=''
if [ "${PROFILE:-small}" = standard ]; then
  functions='auth tasks site uploaded convert transfer dead-letter sweep' url="https://$(variable host)" address=203.0.113.1
fi
export PROJECT REGION DRY_RUN VARIABLES DEPLOY HANDOVER NAME="${NAME:-tonemill}"
. terraform/deploy/common.sh

terraform_root() {
  local command=$1
  shift
  run terraform -chdir=terraform/serverless "$command" -input=false "$@"
}

apply() {
  terraform_root apply -auto-approve "-var=project=$PROJECT" "-var=region=$REGION" "-var-file=$VARIABLES" "$@"
}

say '1 of 8: the project and the bucket of the state'
for program in gcloud terraform node npm; do
  command -v "$program" >/dev/null || [ "$DRY_RUN" = true ] || fail "Expected $program on PATH."
done
run gcloud services enable cloudresourcemanager.googleapis.com compute.googleapis.com iam.googleapis.com \
  serviceusage.googleapis.com storage.googleapis.com "--project=$PROJECT"
succeeds gcloud storage buckets describe "gs://$STATE_BUCKET" "--project=$PROJECT" ||
  run gcloud storage buckets create "gs://$STATE_BUCKET" "--project=$PROJECT" "--location=$REGION" \
    --uniform-bucket-level-access --public-access-prevention
run gcloud storage buckets update "gs://$STATE_BUCKET" --versioning
run gcloud storage cp "$VARIABLES" "gs://$STATE_BUCKET/serverless.tfvars"

say '2 of 8: what secrets are kept in, and the database, which takes some ten minutes'
terraform_root init -reconfigure "-backend-config=bucket=$STATE_BUCKET" -backend-config=prefix=serverless
apply -target=module.secrets -target=module.database -target=google_project_service.this

say '3 of 8: agents of Google, and secrets, of which neither state nor history learns'
for service in pubsub.googleapis.com eventarc.googleapis.com; do
  run gcloud beta services identity create "--service=$service" "--project=$PROJECT"
done
terraform/deploy/secrets.sh

say '4 of 8: everything else'
apply
hand_over_profile "$functions" "$url"

say '5 of 8: the bundle, its image and the doctor in it'
run npm ci --no-audit --no-fund
run npm run gcp-build
terraform/deploy/image.sh
terraform/deploy/doctor.sh

say '6 of 8: the schema'
terraform/deploy/migrate.sh

say '7 of 8: functions without traffic, asked from inside'
terraform/deploy/candidates.sh
terraform/deploy/smoke-candidates.sh

say '8 of 8: traffic, and one conversion'
terraform/deploy/traffic.sh forward
address=$(answer "$address" terraform -chdir=terraform/serverless output -raw address)
url=$(handed_over url "$url")
if [ -z "$address" ] || succeeds curl --fail --silent --show-error --max-time 10 "$url/health"; then
  terraform/deploy/smoke-live.sh || true
  terraform/deploy/settle.sh
else
  say "$url does not answer yet. Point its A record to $address; the certificate follows within an hour."
  say "Then: node terraform/deploy/smoke-live.ts $url"
fi
