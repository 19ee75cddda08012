/** A Kafka broker of a test as a process that never outlives the test's own, however that ends. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { KafkaUser } from "./test-broker-settings.ts";

export interface BrokerProcess {
  signal(name: "SIGSTOP" | "SIGCONT"): void;
  /** SIGKILL; settles when it is gone. */
  kill(): Promise<void>;
}

const JVM = ["-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"];
/** Any 16 bytes in base64url. */
const CLUSTER_ID = "bWF5Zmx5LXRlc3RzLTAwMQ";
const HINT = "fetch it with `node --import tsx scripts/test/kafka.ts`";

/** Makes the empty log that the settings in `file` name. @throws with what Kafka printed where that fails. */
export async function format(file: string, user: KafkaUser | undefined): Promise<void> {
  const args = ["format", "--cluster-id", CLUSTER_ID, "--config", file];
  if (user !== undefined && user.mechanism !== "PLAIN") {
    const { mechanism, name, password } = user;
    args.push("--add-scram", `${mechanism}=[name=${name},password=${password}]`);
  }
  const { child, printed } = java("kafka.tools.StorageTool", args);
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`Kafka could not make a log (${code}):\n${printed()}`);
}

/** Settles when it listens on `port`. `folder` is removed with it should the test's process just end. */
export async function launch(file: string, folder: string, port: number): Promise<BrokerProcess> {
  const { child, printed } = java("kafka.Kafka", [file]);
  const gone = once(child, "close");
  const guard = guardOf(child, folder);
  let isGone = false;
  void gone.then(() => (isGone = true));
  while (!(await listens(port))) {
    if (isGone) {
      guard.kill("SIGKILL");
      throw new Error(`the broker ended:\n${printed()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    signal: (name) => void child.kill(name),
    async kill() {
      // The guard first: it knows the broker by its id, which is another's once the broker is gone.
      guard.kill("SIGKILL");
      child.kill("SIGKILL");
      await gone;
    },
  };
}

/** Waits for the end of this process, seen as the end of its pipe, then ends the broker and drops its folder. */
function guardOf(broker: ChildProcess, folder: string): ChildProcess {
  const script = 'cat; kill -9 "$0"; rm -rf "$1"';
  const guard = spawn("sh", ["-c", script, String(broker.pid), folder], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  guard.unref();
  return guard;
}

function java(main: string, args: readonly string[]) {
  const child = spawn(
    process.env["JAVA"] ?? "java",
    [...JVM, "-cp", join(jarsFolder(), "*"), main, ...args],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  let printed = "";
  const keep = (part: unknown) => (printed = (printed + String(part)).slice(-20_000));
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  child.on("error", (fault) => keep(`${fault.message}: these tests need Java; ${HINT}`));
  return { child, printed: () => printed };
}

/** The folder that the environment names, or the one that scripts/test/kafka.ts made. @throws where there is none. */
function jarsFolder(): string {
  const named = process.env["KAFKA_JARS"];
  if (named !== undefined && named !== "") return named;
  const made = fileURLToPath(new URL("../../../.kafka/kafka-4.1.0", import.meta.url));
  if (!existsSync(made)) throw new Error(`these tests need Apache Kafka: ${HINT}`);
  return made;
}

async function listens(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
