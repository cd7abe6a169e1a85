import assert from "node:assert/strict";
import { OrchestrationStatus, terminateOptions } from "@microsoft/durabletask-js";
import { output } from "../hub.js";

const waits = {
  wait: async function* (context) {
    return yield context.waitForExternalEvent("go");
  },
};

/** What is done to instances from outside while they live. */
export const scenarios = {
  "suspend and resume": async (hub) => {
    await hub.work({ orchestrators: waits });
    const id = await hub.start("wait");
    await hub.client.waitForOrchestrationStart(id);

    await hub.client.suspendOrchestration(id);
    assert.equal((await hub.client.getOrchestrationState(id)).runtimeStatus, OrchestrationStatus.SUSPENDED);
    await hub.client.raiseOrchestrationEvent(id, "go", "on");
    assert.equal((await hub.client.getOrchestrationState(id)).runtimeStatus, OrchestrationStatus.SUSPENDED);
    await hub.client.resumeOrchestration(id);

    assert.equal(output(await hub.end(id)), "on");
  },

  "terminate": async (hub) => {
    await hub.work({ orchestrators: waits });
    const id = await hub.start("wait");
    await hub.client.waitForOrchestrationStart(id);

    await hub.client.terminateOrchestration(id, "enough");

    const state = await hub.end(id);
    assert.deepEqual([state.runtimeStatus, output(state)], [OrchestrationStatus.TERMINATED, "enough"]);
  },

  "terminate with the children, and without": async (hub) => {
    await hub.work({
      orchestrators: {
        ...waits,
        parent: async function* (context, child) {
          yield context.callSubOrchestrator("wait", null, { instanceId: child });
        },
      },
    });
    for (const [child, recursive] of [["dies", true], ["lives", false]]) {
      const id = await hub.start("parent", child);
      await hub.until(() => hub.client.getOrchestrationState(child));
      await hub.client.terminateOrchestration(id, terminateOptions({ output: "enough", recursive }));
      assert.equal((await hub.end(id)).runtimeStatus, OrchestrationStatus.TERMINATED);
    }

    assert.equal((await hub.end("dies")).runtimeStatus, OrchestrationStatus.TERMINATED);
    await hub.client.raiseOrchestrationEvent("lives", "go", "still here");
    assert.equal(output(await hub.end("lives")), "still here");
  },

  "rewind runs what failed again, and nothing else": async (hub) => {
    const calls = { fine: 0, fragile: 0 };
    let isBroken = true;
    await hub.work({
      orchestrators: {
        parent: async function* (context) {
          const first = yield context.callActivity("fine");
          return first + (yield context.callSubOrchestrator("child"));
        },
        child: async function* (context) {
          return yield context.callActivity("fragile");
        },
      },
      activities: {
        fine: () => {
          calls.fine++;
          return "a";
        },
        fragile: () => {
          calls.fragile++;
          if (isBroken) {
            throw new Error("Broken.");
          }
          return "b";
        },
      },
    });
    const failed = await hub.run("parent", null, { instanceId: "p" });
    assert.equal(failed.runtimeStatus, OrchestrationStatus.FAILED);

    isBroken = false;
    await hub.client.rewindInstance("p", "mended");

    assert.equal(output(await hub.end("p")), "ab");
    assert.deepEqual(calls, { fine: 1, fragile: 2 });
    await assert.rejects(hub.client.rewindInstance("p", "it has not failed"));
  },

  "a scheduled start waits for its time": async (hub) => {
    await hub.work({
      orchestrators: {
        now: async function* (context) {
          return context.currentUtcDateTime.getTime();
        },
      },
    });
    const startAt = new Date(Date.now() + 600);

    const id = await hub.start("now", null, { startAt });
    assert.equal((await hub.client.getOrchestrationState(id)).runtimeStatus, OrchestrationStatus.PENDING);

    assert.ok(output(await hub.end(id)) >= startAt.getTime());
  },

  "an identifier is given once": async (hub) => {
    await hub.work({ orchestrators: waits });
    await hub.start("wait", null, { instanceId: "once" });

    await assert.rejects(hub.start("wait", null, { instanceId: "once" }), { code: 6 });
  },

  "restart with the old identifier and with a new one": async (hub) => {
    await hub.work({
      orchestrators: {
        echo: async function* (_, text) {
          return text;
        },
      },
    });
    await hub.run("echo", "again", { instanceId: "first" });

    assert.equal(await hub.client.restartOrchestration("first"), "first");
    assert.equal(output(await hub.end("first")), "again");
    const second = await hub.client.restartOrchestration("first", true);
    assert.notEqual(second, "first");
    assert.equal(output(await hub.end(second)), "again");
  },
};
