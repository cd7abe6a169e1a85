// A worker that takes work of the hub argv[3] at argv[2], says what it got, and never answers: it is to be killed.
import { writeSync } from "node:fs";
import { Hub } from "./hub.js";

const [address, name] = process.argv.slice(2);
const say = (word) => writeSync(process.stdout.fd, `${word}\n`);

await new Hub(address, name).work({
  orchestrators: {
    lost: async function* (context, input) {
      return yield context.callActivity("hang", input);
    },
    spin: async function* () {
      say("turn");
      for (;;) {
        // The process is stuck, as one that computes for ever is.
      }
    },
  },
  activities: {
    hang: () => {
      say("activity");
      return new Promise(() => {});
    },
  },
});
