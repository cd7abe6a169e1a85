#!/usr/bin/env bash
# Everything a change must pass: installs what the tests need (if missing), restores, builds with warnings as errors,
# checks formatting, runs every test. The last line is "N passed, N failed".
set -uo pipefail
cd "$(dirname "$0")"

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
log=$(mktemp)
trap 'rm -f "$log"' EXIT

fail() {
  echo "test.sh: $1" >&2
  echo "0 passed, 1 failed"
  exit 1
}

# Apart from the rest: an advisory that is published today must not break a build that has not changed since yesterday.
if [[ ${1:-} == audit ]]; then
  # A source that publishes no advisories finds every package sound: one that is known to be bad shows whether it does.
  known=$(mktemp -d)
  trap 'rm -rf "$known" "$log"' EXIT
  cat >"$known/known.csproj" <<'PROJECT'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><TargetFramework>net10.0</TargetFramework><NuGetAudit>true</NuGetAudit></PropertyGroup>
  <ItemGroup><PackageReference Include="Newtonsoft.Json" Version="12.0.1" /></ItemGroup>
</Project>
PROJECT
  if ! dotnet restore "$known" 2>&1 | grep -q 'NU190[1-4]'; then
    echo "test.sh: the package source publishes no advisories, so nothing could be examined. Use one that does, such as nuget.org." >&2
    exit 2
  fi

  dotnet restore TeamsWorkflows.sln --force --verbosity quiet -p:NuGetAudit=true -p:NuGetAuditMode=all -p:WarningsNotAsErrors= &&
    echo "No known advisory concerns a package that is used."
  exit $?
fi

missing=()
command -v chromium >/dev/null || missing+=(chromium)
command -v curl >/dev/null || missing+=(curl)
command -v jq >/dev/null || missing+=(jq)
command -v npm >/dev/null || missing+=(npm)
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing+=(postgresql)
if ((${#missing[@]})); then
  sudo=$([ "$(id -u)" = 0 ] || echo sudo)
  { $sudo apt-get update -qq && $sudo apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >/dev/null ||
    fail "could not install ${missing[*]}"
fi

# The JavaScript SDK, and a Node that is new enough for it; what is installed stays until the lock file says otherwise.
js=tests/TeamsWorkflows.Grpc.Tests/js
if ! cmp -s "$js/package-lock.json" "$js/node_modules/installed-lock.json"; then
  npm ci --prefix "$js" --prefer-offline --ignore-scripts --loglevel=error >/dev/null &&
    cp "$js/package-lock.json" "$js/node_modules/installed-lock.json" ||
    fail "could not install the JavaScript SDK: npm ci --prefix $js"
fi

dotnet restore TeamsWorkflows.sln --verbosity quiet || fail "restore failed"
dotnet build TeamsWorkflows.sln --no-restore --verbosity quiet || fail "build failed"
# Style and analyzers have been errors of the build; what is left of dotnet format is whitespace and the order of imports.
dotnet format whitespace TeamsWorkflows.sln --no-restore --verify-no-changes || fail "formatting differs: run dotnet format"

# One project after the other: the suites start servers and measure time-outs, and should not take each other's cores.
# A suite in which no test begins or ends for eight minutes hangs: it is ended, and says which test it was.
status=0
for project in tests/*.Tests; do
  dotnet test "$project" --no-build --logger "console;verbosity=minimal" \
    --blame-hang-timeout 8m --blame-hang-dump-type none 2>&1 | tee -a "$log" || status=1
done

passed=$(grep -oP 'Passed:\s+\K\d+' "$log" | awk "{ sum += \$1 } END { print sum + 0 }")
failed=$(grep -oP 'Failed:\s+\K\d+' "$log" | awk "{ sum += \$1 } END { print sum + 0 }")
if ((status != 0 && ${failed:-0} == 0)); then
  failed=1 # a suite that died without a summary has failed
fi

echo "${passed:-0} passed, ${failed:-0} failed"
exit $((status != 0 || ${failed:-0} != 0))
