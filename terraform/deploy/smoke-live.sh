#!/usr/bin/env bash
# One conversion on the live site from sign-up to removal; leaves the mark that settle.sh looks for.
. "$(dirname "$0")/common.sh"

deploying_only 'The smoke on the live site'
# With some functions on the old revisions a success would mean nothing.
handed_over moved '' >/dev/null
run node terraform/deploy/smoke-live.ts "$(handed_over url https://audio.example.com)"
date -u +%FT%TZ | hand_over live
