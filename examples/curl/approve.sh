#!/usr/bin/env bash
# Runs a command only if Countersign lets it: plain curl and jq.
#
#   approve.sh WORKFLOW SUBJECT TOOL INPUT-AS-JSON -- COMMAND…
#
# COUNTERSIGN_URL and COUNTERSIGN_KEY say whom to ask. COUNTERSIGN_CALL names the call, such as a build's
# number: the same name later goes on with the same call in place of asking anew. The command's output is
# reported, as JSON where it is JSON. Exit: 0 it ran and succeeded, 1 it may not run, 2 usage, 75 nobody has
# decided within COUNTERSIGN_PATIENCE seconds (3600), else the command's own.
set -euo pipefail

usage() { sed -n 4p "$0" >&2; exit 2; }
[[ $# -ge 6 && $5 == -- ]] || usage
workflow=$1 subject=$2 tool=$3 input=$4
shift 5
: "${COUNTERSIGN_URL:?}" "${COUNTERSIGN_KEY:?}"
jq -e 'type == "object"' <<<"$input" >/dev/null 2>&1 || usage

api=${COUNTERSIGN_URL%/}/api/v1
call=${COUNTERSIGN_CALL:-$(cat /proc/sys/kernel/random/uuid)}
patience=${COUNTERSIGN_PATIENCE:-3600}
answer=$(mktemp)
trap 'rm -f "$answer"' EXIT

refuse() { echo "did not run: $1" >&2; exit 1; }

# ask PATH [BODY]: prints the answer; fails where there is none, or a refusal. What may pass is tried five
# times, for everything here may be sent twice; redirects are not followed. The key goes by standard input:
# everybody on the machine sees arguments.
ask() {
  local path=$1 attempt code post=()
  [[ $# -lt 2 ]] || post=(--header 'Content-Type: application/json' --data-binary "$2")
  [[ $path != /runs ]] || post+=(--header "Idempotency-Key: \"$call\"")
  for attempt in 0 1 2 3 4; do
    code=$(curl --silent --max-time 75 --output "$answer" --write-out '%{http_code}' --config - "${post[@]}" \
      "$api$path" <<<"header = \"Authorization: Bearer $COUNTERSIGN_KEY\"") || code=000
    case $code in
      2??) cat "$answer"; return 0 ;;
      000 | 408 | 429 | 5??) sleep "$((2 ** attempt))e-1" ;;
      *) cat "$answer"; return 1 ;;
    esac
  done
  echo '{"detail": "Countersign could not be asked."}'
  return 1
}

# A part of an answer; nothing where the answer cannot be read.
part() { jq -r "$2 // empty" <<<"$1" 2>/dev/null || true; }

check() {
  checked=$(ask "/runs/$run/gate-checks" "$asked") || checked=$(jq -n --arg error "$(part "$checked" .detail)" '{$error}')
}

started=$(ask /runs "$(jq -n --arg workflow "$workflow" --arg subject "$subject" --arg id "$call" \
  '{$workflow, $subject, session: {framework: "curl", $id, resume: {via: "poll"}}}')") || refuse "$(part "$started" .detail)"
run=$(part "$started" .run_id)
[[ $run == run_* ]] || refuse "the answer was not understood"
# Under its name it may have run before.
past=$(ask "/runs/$run/timeline?limit=200") || refuse "$(part "$past" .detail)"
[[ $(part "$past" '[.items[] | select(.kind == "tool.executed")] | length') == 0 ]] || refuse "$call has run already"

asked=$(jq -n --arg id "$call" --arg tool "$tool" --argjson input "$input" \
  '{session_id: $id, $tool, tool_use_id: $id, $input}')
check
if [[ $(part "$checked" .outcome) == suspend ]]; then
  approval=$(part "$checked" .approval_id)
  [[ $approval == apr_* ]] || refuse "the answer was not understood"
  echo "waiting for people: ${COUNTERSIGN_URL%/}/approvals/$approval" >&2
  status=pending
  while [[ ! $status =~ ^(approved|rejected|expired|cancelled|superseded|revoked)$ ]]; do
    [[ $SECONDS -lt $patience ]] || { echo "nobody has decided yet about $call" >&2; exit 75; }
    decided=$(ask "/approvals/$approval/decision?wait=$((patience < 30 ? patience : 30))") || sleep 1
    status=$(part "$decided" .status)
  done
  # A decision is no permission: the same call is checked again, its conditions, too.
  check
fi
[[ $(part "$checked" .outcome) == allow ]] || refuse "$(part "$checked" '.error // .message')"
# Another input would need another command.
[[ -z $(part "$checked" .updated_input) ]] || refuse "a reviewer has changed the input"

code=0
output=$("$@") || code=$?
printf '%s\n' "$output"
ask "/runs/$run/tool-results" "$(jq -n --arg id "$call" --arg tool "$tool" --arg text "$output" --argjson code "$code" \
  '{session_id: $id, $tool, tool_use_id: $id, is_error: ($code != 0), output: ($text | fromjson? // $text)}')" \
  >/dev/null || echo "the result was not reported" >&2
exit "$code"
