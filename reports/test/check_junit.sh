#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# check_junit.sh SCHEMA SAMPLE_PROGRAM: the XML is valid, and faulty XML is refused.
set -eu
schema=$1
sample_program=$2
command -v xmllint >/dev/null || {
  echo "xmllint is missing (Debian package libxml2-utils)"
  exit 1
}

folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
"$sample_program" junit >"$folder/good.xml"
xmllint --noout --schema "$schema" "$folder/good.xml"

# must_refuse SED_EXPRESSION: what becomes of the good XML is well formed, but not valid
must_refuse() {
  sed "$1" "$folder/good.xml" >"$folder/faulty.xml"
  status=0
  xmllint --noout --schema "$schema" "$folder/faulty.xml" 2>/dev/null || status=$?
  # xmllint's word for "does not fit the schema".
  if [ "$status" -ne 3 ]; then
    echo "not refused (xmllint: $status): $1"
    exit 1
  fi
}

must_refuse 's/ tests="[0-9]*"//'
must_refuse 's/\(<testcase .*\) name="[^"]*"/\1/'
must_refuse 's/<skipped>/<skipped type="unsupported">/'
must_refuse 's/<testsuites /<testsuites surplus="1" /'
must_refuse 's/<\(\/\{0,1\}\)failure/<\1problem/'
