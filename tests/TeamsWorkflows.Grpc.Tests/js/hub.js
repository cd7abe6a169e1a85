import { Metadata } from "@grpc/grpc-js";
import { NoOpLogger, TaskHubGrpcClient, TaskHubGrpcWorker } from "@microsoft/durabletask-js";

const patienceSeconds = 30;

// Histories here are longer than gRPC's own limit of 4 MiB for what is received.
const channel = { "grpc.max_receive_message_length": -1 };

/** One task hub of the sidecar: its client, and the workers that run for it in this process. */
export class Hub {
  #connection;
  #workers = [];

  constructor(hostAddress, name) {
    this.name = name;
    this.hostAddress = hostAddress;
    this.#connection = {
      hostAddress,
      options: channel,
      logger: new NoOpLogger(),
      metadataGenerator: async () => {
        const metadata = new Metadata();
        metadata.set("taskhub", name);
        return metadata;
      },
    };
    this.client = new TaskHubGrpcClient(this.#connection);
  }

  /** Starts a worker with orchestrators and activities by name. */
  async work({ orchestrators = {}, activities = {} }, options = {}) {
    const worker = new TaskHubGrpcWorker({ ...this.#connection, shutdownTimeoutMs: 2_000, ...options });
    Object.entries(orchestrators).forEach(([name, code]) => worker.addNamedOrchestrator(name, code));
    Object.entries(activities).forEach(([name, code]) => worker.addNamedActivity(name, code));
    await worker.start();
    this.#workers.push(worker);
    return worker;
  }

  start(name, input, options) {
    return this.client.scheduleNewOrchestration(name, input, options);
  }

  end(id) {
    return this.client.waitForOrchestrationCompletion(id, true, patienceSeconds);
  }

  async run(name, input, options) {
    return this.end(await this.start(name, input, options));
  }

  /** Waits until something that only time brings about is true. */
  async until(condition) {
    const deadline = Date.now() + patienceSeconds * 1_000;
    while (!(await condition())) {
      if (Date.now() > deadline) {
        throw new Error(`It did not come true within ${patienceSeconds} s: ${condition}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async close() {
    await Promise.all(this.#workers.map((worker) => worker.stop()));
    await this.client.stop();
  }
}

/** What an instance gave back. */
export const output = (state) => JSON.parse(state.serializedOutput);
