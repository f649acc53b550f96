#!/usr/bin/env bash
# Deploys a revision of every function that gets no traffic yet, and leaves which revisions they are.
. "$(dirname "$0")/common.sh"

deploying_only 'Deploying'
read_functions
revisions=()
candidates=()

for function in "${FUNCTIONS[@]}"; do
  service=$NAME-$function
  say "$service"
  run gcloud run deploy "$service" --project="$PROJECT" --region="$REGION" --quiet \
    "--source=$BUNDLE" "--function=$function" --base-image=nodejs24 "--image=$REPOSITORY/$service" \
    "--build-service-account=projects/$PROJECT/serviceAccounts/$NAME-image@$PROJECT.iam.gserviceaccount.com" \
    --no-traffic --tag=candidate
  IFS=, read -r revision _ _ url < <(traffic_of "$service" | grep ',candidate,') ||
    fail "$service has no revision with the tag candidate."
  revisions+=("$service=$revision")
  candidates+=("$function=$url")
done

printf '%s\n' "${revisions[@]}" | hand_over revisions
printf '%s\n' "${candidates[*]}" | hand_over candidates
