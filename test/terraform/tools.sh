#!/usr/bin/env bash
# Installs what the tests of Terraform and of the deployment scripts look for on PATH, and prints the folder:
#
#     PATH="$(test/terraform/tools.sh):$PATH" npm run test:all
#
# checkov comes from PyPI, tflint from the Go module proxy, shellcheck from the distribution. What can't be installed is
# said and left out; its tests then skip by name. The folder is kept, so a second call costs nothing.
set -euo pipefail

checkov=3.3.30
tflint=v0.64.0

folder=${XDG_CACHE_HOME:-$HOME/.cache}/tonemill/tools
mkdir -p "$folder/bin"

left_out() {
  echo "tools.sh: $1 is left out: $2" >&2
}

install_checkov() {
  [ -x "$folder/checkov-$checkov/bin/checkov" ] && return
  command -v python3 >/dev/null || return 1
  python3 -m venv "$folder/checkov-$checkov" && "$folder/checkov-$checkov/bin/pip" install -q "checkov==$checkov"
}

install_tflint() {
  [ -x "$folder/tflint-$tflint/tflint" ] && return
  command -v go >/dev/null || return 1
  GOBIN="$folder/tflint-$tflint" go install "github.com/terraform-linters/tflint@$tflint"
}

install_shellcheck() {
  command -v shellcheck >/dev/null && return
  command -v apt-get >/dev/null && [ "$(id -u)" = 0 ] || return 1
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq shellcheck
}

{
  if install_checkov; then
    ln -sf "$folder/checkov-$checkov/bin/checkov" "$folder/bin/checkov"
  else
    left_out checkov 'it needs python3 with venv, and PyPI'
  fi
  if install_tflint; then
    ln -sf "$folder/tflint-$tflint/tflint" "$folder/bin/tflint"
  else
    left_out tflint 'it needs go, and the Go module proxy'
  fi
  install_shellcheck || left_out shellcheck 'it needs apt-get as root'
} >&2

echo "$folder/bin"
