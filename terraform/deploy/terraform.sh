#!/usr/bin/env bash
# `terraform.sh check` is for pull requests and reads no state. `plan` and `apply` are for the main branch, which takes the
# place of Terraform's own account.
. "$(dirname "$0")/common.sh"

root=terraform/serverless
plan=$HANDOVER/plan

impersonate() {
  export GOOGLE_IMPERSONATE_SERVICE_ACCOUNT=$NAME-terraform@$PROJECT.iam.gserviceaccount.com
}

case ${1:-} in
  check)
    run terraform fmt -check -recursive terraform
    for each in $root terraform/vm; do
      run terraform "-chdir=$each" init -backend=false -input=false
      run terraform "-chdir=$each" validate
      run terraform "-chdir=$each" test
    done
    ;;
  plan)
    deploying_only 'Planning'
    impersonate
    mkdir -p "$HANDOVER"
    run terraform -chdir=$root init -reconfigure -input=false "-backend-config=bucket=$STATE_BUCKET" -backend-config=prefix=serverless
    run terraform -chdir=$root plan -input=false \
      "-var=project=$PROJECT" "-var=region=$REGION" "-var-file=${VARIABLES:?Expected the file of variables in VARIABLES.}" "-out=$plan"
    ;;
  apply)
    deploying_only 'Applying the plan'
    impersonate
    run terraform -chdir=$root apply -input=false "$plan"
    hand_over_profile 'api uploaded convert transfer dead-letter sweep' https://audio.example.com
    ;;
  *) fail 'Expected check, plan or apply.' ;;
esac
