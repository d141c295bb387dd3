#!/bin/bash
# Counts checks and specs and says how each went; needs $work, a directory for what they print.
# shellcheck disable=SC2154 # work is set by the script that sources this file

passed=0 failed=0 skipped=0

# check NAME COMMAND...: one test that passes when the command exits 0.
check() {
    local name=$1 start=$SECONDS
    shift
    if "$@" >"$work/out" 2>&1; then
        passed=$((passed + 1))
        echo "ok      $name ($((SECONDS - start)) s)"
    else
        failed=$((failed + 1))
        echo "FAILED  $name"
        tail -n 60 "$work/out" | sed 's/^/        /'
    fi
}

# skip NAME REASON: counts and says why.
skip() {
    skipped=$((skipped + 1))
    echo "skipped $1: $2"
}

# run_specs DIRECTORY PROGRAM SPEC...: runs busted inside the runtime; what it said becomes a file in the directory.
run_specs() {
    local out
    out=$(mktemp -p "$1")
    "$2" lua spec/run.lua -o plainTerminal "${@:3}" >"$out" 2>&1
    echo "exit code $?" >>"$out"
}
export -f run_specs

# specs NAME PROCESSES FILES PROGRAM SPEC...: runs spec files, so many in each of so many processes at a time, and adds
# their counts.
specs() {
    local name=$1 processes=$2 files=$3 program=$4 start=$SECONDS
    shift 4
    rm -rf "$work/specs" && mkdir "$work/specs"
    printf '%s\n' "$@" | xargs -n "$files" -P "$processes" bash -c 'run_specs "$@"' - "$work/specs" "$program"
    count_specs "$name" "$start" "$work/specs"
}

# count_specs NAME START DIRECTORY: adds the counts of the runs in the directory. A run without a result is a failure.
count_specs() {
    local name=$1 start=$2 out line
    local -a n sum=(0 0 0)
    for out in "$3"/*; do
        line=$(grep -E '^[0-9]+ success(es)? / ' "$out" | tail -n 1)
        read -r -a n <<<"$(tr -cd '0-9/' <<<"${line%%:*}" | tr '/' ' ')"
        [ -n "$line" ] || n=(0 1 0 0)
        sum=($((sum[0] + n[0])) $((sum[1] + n[1] + n[2])) $((sum[2] + n[3])))
        if ! grep -q '^exit code 0$' "$out"; then
            [ $((n[1] + n[2])) -gt 0 ] || sum[1]=$((sum[1] + 1))
            sed 's/^/        /' "$out"
        elif [ "${n[3]}" -gt 0 ]; then
            grep -A 2 '^Pending' "$out" | sed 's/^/        /'
        fi
    done
    passed=$((passed + sum[0])) failed=$((failed + sum[1])) skipped=$((skipped + sum[2]))
    echo "$([ "${sum[1]}" -eq 0 ] && echo ok || echo FAILED)  $name: ${sum[0]} passed, ${sum[1]} failed," \
        "${sum[2]} skipped ($((SECONDS - start)) s)"
}
