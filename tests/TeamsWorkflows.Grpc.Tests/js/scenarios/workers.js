import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { EntityInstanceId, OrchestrationStatus, VersionFailureStrategy, VersionMatchStrategy } from "@microsoft/durabletask-js";
import { output } from "../hub.js";

const lostWorker = fileURLToPath(new URL("../lost-worker.js", import.meta.url));

/** Starts a worker in a process of its own that takes the work and never answers; kills it once it has it. */
async function loseWorker(hub, word) {
  const child = spawn(process.execPath, [lostWorker, hub.hostAddress, hub.name], { stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  for await (const chunk of child.stdout) {
    said += chunk;
    if (said.includes(word)) {
      break;
    }
  }
  assert.ok(said.includes(word), `The worker ended before it said '${word}'; it said '${said}'.`);
  child.kill("SIGKILL");
  await once(child, "exit");
}

const begun = {
  lost: async function* (context, input) {
    return yield context.callActivity("hang", input);
  },
  spin: async function* (_, input) {
    return input;
  },
};

/** Who gets which work, and what becomes of it when they are gone. */
export const scenarios = {
  "an activity of a worker that was killed goes to another one": async (hub) => {
    const id = await hub.start("lost", "x");
    await loseWorker(hub, "activity");
    await hub.work({ orchestrators: begun, activities: { hang: (_, input) => `${input} after all` } });

    assert.equal(output(await hub.end(id)), "x after all");
  },

  "a turn of a worker that was killed goes to another one": async (hub) => {
    const id = await hub.start("spin", "y");
    await loseWorker(hub, "turn");
    await hub.work({ orchestrators: begun });

    assert.equal(output(await hub.end(id)), "y");
  },

  "a version goes to the worker that runs it": async (hub) => {
    const versioning = (version) => ({
      versioning: { version, matchStrategy: VersionMatchStrategy.Strict, failureStrategy: VersionFailureStrategy.Reject },
    });
    for (const version of ["1.0", "2.0"]) {
      const which = async function* (context) {
        return `${context.version} on ${version}`;
      };
      await hub.work({ orchestrators: { which } }, versioning(version));
    }

    const ends = await Promise.all(["1.0", "2.0", "2.0", "1.0"].map((version) => hub.run("which", null, { version })));
    assert.deepEqual(ends.map(output), ["1.0 on 1.0", "2.0 on 2.0", "2.0 on 2.0", "1.0 on 1.0"]);
  },

  "a version that no worker may run fails where the worker says so": async (hub) => {
    const which = async function* () {
      return "ran";
    };
    await hub.work(
      { orchestrators: { which } },
      { versioning: { version: "1.0", matchStrategy: VersionMatchStrategy.Strict, failureStrategy: VersionFailureStrategy.Fail } },
    );

    assert.equal((await hub.run("which", null, { version: "9.0" })).runtimeStatus, OrchestrationStatus.FAILED);
  },

  "filters send each name to the worker that has it": async (hub) => {
    const named = (name) =>
      async function* (context) {
        return yield context.callActivity(`${name}Step`);
      };
    for (const name of ["left", "right"]) {
      await hub.work(
        { orchestrators: { [name]: named(name) }, activities: { [`${name}Step`]: () => name } },
        { workItemFilters: "auto" },
      );
    }

    const names = ["left", "right", "right", "left", "left", "right"];
    const ends = await Promise.all(names.map((name) => hub.run(name)));
    assert.deepEqual(ends.map(output), names);
  },

  "an orchestrator that nobody has fails, and says so": async (hub) => {
    await hub.work({});

    const state = await hub.run("nobody");
    assert.equal(state.runtimeStatus, OrchestrationStatus.FAILED);
    assert.match(state.failureDetails.message, /nobody/);
  },

  "entities are refused as not implemented": async (hub) => {
    await assert.rejects(hub.client.signalEntity(new EntityInstanceId("counter", "a"), "add", 1), { code: 12 });
  },
};
