#!/usr/bin/env bash
# The whole test suite on a bare Node image: ffmpeg, git and python3 from the distribution, Go from the step before.
. "$(dirname "$0")/common.sh"

export DEBIAN_FRONTEND=noninteractive
run apt-get update -qq
run apt-get install -y -qq --no-install-recommends bubblewrap ca-certificates ffmpeg gcc git libc6-dev python3-venv
run npm run --silent emulators -- --build
run node test/emulators/second-opinion.ts
run npm run test:all
