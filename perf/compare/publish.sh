#!/bin/bash
# Publishes the relay and relay-load (Release) into perf/out/publish. The source starts anew with every load, so it is
# compiled ahead: its compiling would share the processors with the server that is measured.
set -euo pipefail
repository=$(cd "$(dirname "$0")/../.." && pwd)
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
dotnet publish "$repository/src/Relay.Host" -c Release -o "$repository/perf/out/publish" -v quiet
dotnet publish "$repository/perf/Relay.LoadGenerator" -c Release -r linux-x64 --no-self-contained \
    -p:PublishReadyToRun=true -o "$repository/perf/out/publish-load" -v quiet
