import assert from "node:assert/strict";
import { HistoryEventType, OrchestrationStatus, PurgeInstanceCriteria } from "@microsoft/durabletask-js";

const code = {
  orchestrators: {
    done: async function* (_, input) {
      return input;
    },
    wait: async function* (context) {
      yield context.waitForExternalEvent("go");
    },
    parent: async function* (context) {
      yield context.callSubOrchestrator("done", null, { instanceId: "child" });
    },
    everything: async function* (context) {
      yield context.createTimer(0.01);
      yield context.callActivity("echo", "a");
      return yield context.waitForExternalEvent("go");
    },
  },
  activities: { echo: (_, text) => text },
};

async function listed(pages) {
  const ids = [];
  for await (const state of pages) {
    ids.push(state.instanceId);
  }
  return ids.sort();
}

/** What operators ask and clean up. */
export const scenarios = {
  "query by prefix, status and time, page by page": async (hub) => {
    await hub.work(code);
    const before = new Date(Date.now() - 60_000);
    for (let i = 0; i < 5; i++) {
      await hub.run("done", i, { instanceId: `report-${i}`, tags: { number: `${i}` } });
    }
    const open = await hub.start("wait", null, { instanceId: "report-open" });
    await hub.client.waitForOrchestrationStart(open);
    await hub.run("done", 0, { instanceId: "other" });
    const ask = (query) => listed(hub.client.getAllInstances(query));

    assert.equal((await ask({ instanceIdPrefix: "report-", pageSize: 2 })).length, 6);
    assert.deepEqual(await ask({ instanceIdPrefix: "report-", statuses: [OrchestrationStatus.RUNNING] }), [open]);
    assert.equal((await ask({ createdFrom: before })).length, 7);
    assert.equal((await ask({ createdTo: before })).length, 0);
    const pages = [];
    for await (const page of hub.client.getAllInstances({ instanceIdPrefix: "report-" }).asPages(undefined, 4)) {
      pages.push(page.values.length);
    }
    assert.deepEqual(pages.filter((size) => size > 0), [4, 2]);
    const state = await hub.client.getOrchestrationState("report-3", true);
    assert.deepEqual([state.name, state.serializedInput, state.tags], ["done", "3", { number: "3" }]);
  },

  "identifiers of what has ended, in pages": async (hub) => {
    await hub.work(code);
    for (let i = 0; i < 3; i++) {
      await hub.run("done", i, { instanceId: `d-${i}` });
    }
    await hub.start("wait", null, { instanceId: "open" });

    const runtimeStatus = [OrchestrationStatus.COMPLETED];
    const first = await hub.client.listInstanceIds({ runtimeStatus, pageSize: 2 });
    assert.ok(first.hasMoreResults);
    const second = await hub.client.listInstanceIds({ runtimeStatus, pageSize: 2, lastInstanceKey: first.continuationToken });
    assert.deepEqual([...first.values, ...second.values].sort(), ["d-0", "d-1", "d-2"]);
  },

  "purge by identifier, by filter and with the children": async (hub) => {
    await hub.work(code);
    const purged = async (what, options) => (await hub.client.purgeOrchestration(what, options)).deletedInstanceCount;
    const open = await hub.start("wait", null, { instanceId: "open" });
    await hub.client.waitForOrchestrationStart(open);
    assert.equal(await purged("open"), 0);
    assert.equal(await purged("none"), 0);

    await hub.run("done", 1, { instanceId: "one" });
    assert.equal(await purged("one"), 1);
    assert.equal(await hub.client.getOrchestrationState("one"), undefined);

    await hub.run("parent", null, { instanceId: "family" });
    assert.equal(await purged("family", { recursive: true }), 2);

    await hub.run("done", 2, { instanceId: "two" });
    await hub.run("done", 3, { instanceId: "three" });
    const ended = new PurgeInstanceCriteria();
    ended.setRuntimeStatusList([OrchestrationStatus.COMPLETED]);
    ended.setCreatedTimeFrom(new Date(Date.now() - 60_000));
    assert.equal(await purged(ended), 2);
    assert.deepEqual(await listed(hub.client.getAllInstances()), ["open"]);
  },

  "history tells what happened, in order": async (hub) => {
    await hub.work(code);
    const id = await hub.start("everything");
    await hub.client.raiseOrchestrationEvent(id, "go", "b");
    await hub.end(id);

    const turns = [HistoryEventType.OrchestratorStarted, HistoryEventType.OrchestratorCompleted, HistoryEventType.EventRaised];
    const history = await hub.client.getOrchestrationHistory(id);
    assert.deepEqual(
      history.map((event) => event.type).filter((type) => !turns.includes(type)),
      [
        HistoryEventType.ExecutionStarted,
        HistoryEventType.TimerCreated,
        HistoryEventType.TimerFired,
        HistoryEventType.TaskScheduled,
        HistoryEventType.TaskCompleted,
        HistoryEventType.ExecutionCompleted,
      ],
    );
    const raised = history.filter((event) => event.type === HistoryEventType.EventRaised);
    assert.deepEqual(raised.map((event) => [event.name, event.input]), [["go", '"b"']]);
  },
};
