import assert from "node:assert/strict";
import { OrchestrationStatus, RetryPolicy, whenAll, whenAny } from "@microsoft/durabletask-js";
import { output } from "../hub.js";

const plusOne = { plusOne: (_, n) => n + 1 };

/** What orchestrations are made of. */
export const scenarios = {
  "activities in sequence": async (hub) => {
    await hub.work({
      orchestrators: {
        chain: async function* (context, start) {
          let n = start;
          for (let i = 0; i < 5; i++) {
            n = yield context.callActivity("plusOne", n);
          }
          return n;
        },
      },
      activities: plusOne,
    });

    assert.equal(output(await hub.run("chain", 1)), 6);
  },

  "fan-out and fan-in": async (hub) => {
    await hub.work({
      orchestrators: {
        fanOut: async function* (context, count) {
          const results = yield whenAll([...Array(count).keys()].map((n) => context.callActivity("plusOne", n)));
          return results.reduce((sum, n) => sum + n, 0);
        },
      },
      activities: plusOne,
    });

    assert.equal(output(await hub.run("fanOut", 50)), 1275);
  },

  "sub-orchestrations with and without an identifier": async (hub) => {
    await hub.work({
      orchestrators: {
        parent: async function* (context, n) {
          const named = yield context.callSubOrchestrator("child", n, { instanceId: "named-child" });
          const unnamed = yield context.callSubOrchestrator("child", named.n);
          return { named, unnamed };
        },
        child: async function* (context, n) {
          return { id: context.instanceId, parent: context.parent?.instanceId, n: yield context.callActivity("plusOne", n) };
        },
      },
      activities: plusOne,
    });

    const { named, unnamed } = output(await hub.run("parent", 1, { instanceId: "p" }));
    assert.deepEqual(named, { id: "named-child", parent: "p", n: 2 });
    assert.deepEqual([unnamed.parent, unnamed.n], ["p", 3]);
    assert.match(unnamed.id, /./u);
  },

  "the failure of a sub-orchestration reaches its parent": async (hub) => {
    await hub.work({
      orchestrators: {
        parent: async function* (context) {
          try {
            yield context.callSubOrchestrator("child");
            return "no failure";
          } catch (e) {
            return e.message;
          }
        },
        child: async function* (context) {
          yield context.createTimer(0.01);
          throw new TypeError("The child is broken.");
        },
      },
    });

    assert.match(output(await hub.run("parent")), /The child is broken\./);
  },

  "a timer": async (hub) => {
    await hub.work({
      orchestrators: {
        sleep: async function* (context, seconds) {
          const before = context.currentUtcDateTime.getTime();
          yield context.createTimer(seconds);
          return context.currentUtcDateTime.getTime() - before;
        },
      },
    });

    const slept = output(await hub.run("sleep", 0.5));
    assert.ok(slept >= 500 && slept < 5_000, `It slept ${slept} ms.`);
  },

  "external events in the order they came": async (hub) => {
    await hub.work({
      orchestrators: {
        collect: async function* (context) {
          const got = [];
          for (let i = 0; i < 3; i++) {
            got.push(yield context.waitForExternalEvent("item"));
          }
          return got;
        },
      },
    });

    const id = await hub.start("collect");
    for (const item of [1, { two: 2 }, "three"]) {
      await hub.client.raiseOrchestrationEvent(id, "item", item);
    }
    assert.deepEqual(output(await hub.end(id)), [1, { two: 2 }, "three"]);
  },

  "an event or a timer, whichever is first": async (hub) => {
    await hub.work({
      orchestrators: {
        race: async function* (context, seconds) {
          const approval = context.waitForExternalEvent("approve");
          const first = yield whenAny([approval, context.createTimer(seconds)]);
          return first === approval ? "approved" : "expired";
        },
      },
    });

    const approved = await hub.start("race", 60);
    await hub.client.raiseOrchestrationEvent(approved, "approve");
    assert.equal(output(await hub.end(approved)), "approved");
    assert.equal(output(await hub.run("race", 0.1)), "expired");
  },

  "an event from one instance to another": async (hub) => {
    await hub.work({
      orchestrators: {
        listener: async function* (context) {
          return yield context.waitForExternalEvent("hello");
        },
        sender: async function* (context, to) {
          context.sendEvent(to, "hello", "from the other one");
          yield context.createTimer(0.01);
        },
      },
    });

    const id = await hub.start("listener");
    await hub.run("sender", id);
    assert.equal(output(await hub.end(id)), "from the other one");
  },

  "continue as new keeps the events that came": async (hub) => {
    await hub.work({
      orchestrators: {
        count: async function* (context, sum) {
          const n = yield context.waitForExternalEvent("add");
          if (n === 0) {
            return sum;
          }
          context.continueAsNew(sum + n, true);
        },
      },
    });

    const id = await hub.start("count", 0);
    for (const n of [1, 2, 3, 4, 0]) {
      await hub.client.raiseOrchestrationEvent(id, "add", n);
    }
    assert.equal(output(await hub.end(id)), 10);
  },

  "retries until it works, and until the policy has had enough": async (hub) => {
    let calls = 0;
    await hub.work({
      orchestrators: {
        retry: async function* (context, activity) {
          const retry = new RetryPolicy({ maxNumberOfAttempts: 3, firstRetryIntervalInMilliseconds: 20, backoffCoefficient: 2 });
          return yield context.callActivity(activity, null, { retry });
        },
      },
      activities: {
        flaky: () => {
          if (++calls < 3) {
            throw new Error("Not yet.");
          }
          return calls;
        },
        broken: () => {
          throw new RangeError("Never.");
        },
      },
    });

    assert.equal(output(await hub.run("retry", "flaky")), 3);
    const failed = await hub.run("retry", "broken");
    assert.equal(failed.runtimeStatus, OrchestrationStatus.FAILED);
    assert.match(failed.failureDetails.message, /Never\./);
  },

  "retries of a sub-orchestration use its identifier again": async (hub) => {
    let calls = 0;
    await hub.work({
      orchestrators: {
        parent: async function* (context) {
          const retry = new RetryPolicy({ maxNumberOfAttempts: 3, firstRetryIntervalInMilliseconds: 20 });
          return yield context.callSubOrchestrator("flaky", null, { retry });
        },
        flaky: async function* () {
          if (++calls < 3) {
            throw new Error("Not yet.");
          }
          return calls;
        },
      },
    });

    assert.equal(output(await hub.run("parent")), 3);
  },

  "a custom status is seen while the instance runs": async (hub) => {
    await hub.work({
      orchestrators: {
        report: async function* (context) {
          context.setCustomStatus({ step: 1 });
          yield context.waitForExternalEvent("go");
        },
      },
    });

    const id = await hub.start("report");
    const customStatus = async () => (await hub.client.getOrchestrationState(id, true)).serializedCustomStatus;
    await hub.until(async () => (await customStatus()) === '{"step":1}');
    await hub.client.raiseOrchestrationEvent(id, "go");
    assert.equal((await hub.end(id)).runtimeStatus, OrchestrationStatus.COMPLETED);
  },

  "large payloads go through, too large ones are refused": async (hub) => {
    const large = "x".repeat(900_000);
    await hub.work({
      orchestrators: {
        carry: async function* (context, text) {
          for (let i = 0; i < 6; i++) {
            text = yield context.callActivity("echo", text);
          }
          return text;
        },
      },
      activities: { echo: (_, text) => text },
    });

    assert.equal(output(await hub.run("carry", large)), large);
    await assert.rejects(hub.start("carry", large + large), { code: 3 });
  },
};
