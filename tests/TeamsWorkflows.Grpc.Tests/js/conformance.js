// Runs every scenario against the sidecar at argv[2], each in a hub of its own, and writes one line of JSON for each:
// {"scenario": …, "passed": …, "ms": …, "error": …}. The exit code says whether all passed.
import { Hub } from "./hub.js";
import * as lifecycle from "./scenarios/lifecycle.js";
import * as operating from "./scenarios/operating.js";
import * as steps from "./scenarios/steps.js";
import * as workers from "./scenarios/workers.js";

const [address] = process.argv.slice(2);
const scenarios = [steps, lifecycle, operating, workers].flatMap(({ scenarios: all }) => Object.entries(all));
const closing = [];
let failures = 0;

for (const [scenario, run] of scenarios) {
  const started = performance.now();
  const hub = new Hub(address, scenario.replaceAll(/[^a-z]+/g, "-").slice(0, 64));
  let error;
  try {
    await run(hub);
  } catch (e) {
    error = e.stack;
    failures++;
  }
  console.log(JSON.stringify({ scenario, passed: error === undefined, ms: Math.round(performance.now() - started), error }));
  closing.push(hub.close()); // the SDK takes its time to stop, and no scenario needs to wait for another one's
}

await Promise.all(closing);
process.exit(failures === 0 ? 0 : 1);
