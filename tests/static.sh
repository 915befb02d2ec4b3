#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# What tools find in the code without running it; part of tests/run.sh --full. Ends with 1 when one of them finds something.
#   tests/static.sh [cppcheck|clang-tidy] [FILE...]     both, over everything
# clang-tidy goes by .clang-tidy and needs the compile commands of build/release.
set -euo pipefail
cd "$(dirname "$0")/.."
tools="cppcheck clang-tidy"
case ${1:-} in cppcheck | clang-tidy) tools=$1; shift ;; esac
files=("$@")
[ ${#files[@]} -gt 0 ] || mapfile -t files < <(git ls-files 'services/*.cc' 'gateway/*.cc' 'deploy/*.cc' | grep -v -e '_test\.cc$')

found=0
for tool in $tools; do
  command -v "$tool" >/dev/null || { echo "$tool is not installed (deploy/packages.sh --full)"; continue; }
  echo "== $tool: ${#files[@]} files"
  case $tool in
    cppcheck)
      cppcheck -q --std=c++20 --language=c++ --enable=warning,portability --error-exitcode=1 -j "$(nproc)" \
        --suppressions-list=tests/cppcheck.txt -I. \
        '-DABSL_GUARDED_BY(x)=' '-DABSL_EXCLUSIVE_LOCKS_REQUIRED(...)=' '-DABSL_LOCKS_EXCLUDED(...)=' '-DABSL_NO_THREAD_SAFETY_ANALYSIS=' \
        '-DNMD_RETURN_IF_ERROR(x)=' "${files[@]}" || found=1 ;;
    clang-tidy)
      printf '%s\0' "${files[@]}" | xargs -0 -P "$(nproc)" -n 4 clang-tidy -p build/release --quiet --warnings-as-errors='*' || found=1 ;;
  esac
done
exit "$found"
