/** Topics as they must be, made and compared on real brokers; and who may come there. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { utf8 } from "../../../../shared/bytes.ts";
import { createSystemClock } from "../../system-clock.ts";
import { startKafka, type TestKafka } from "../test-kafka.ts";
import { createKafkaLink, type KafkaPlace } from "./link.ts";
import { createOrderTopic } from "./order-topic.ts";
import { openTopics } from "./topics.ts";
import { plansOf, type TopicWishes } from "./topic-settings.ts";

const clock = createSystemClock();
const WISHES: TopicWishes = {
  name: "mayfly",
  partitions: 2,
  retentionMs: 120_000,
  allowsFewerReplicas: true,
  allowsLongerRetention: true,
};

const linkTo = (place: Partial<KafkaPlace> & Pick<KafkaPlace, "brokers">) =>
  createKafkaLink({ tls: null, user: null, ...place }, { clock });

describe("one broker", () => {
  let kafka: TestKafka;
  let made = 0;
  beforeAll(async () => {
    kafka = await startKafka({ settings: { "log.retention.check.interval.ms": "1000" } });
  });
  afterAll(() => kafka.stop());

  const name = (): string => `topic-${++made}`;
  const open = (wishes: Partial<TopicWishes>) =>
    openTopics(linkTo({ brokers: kafka.addresses }), { ...WISHES, ...wishes });

  test("topics that are missing are made as promised, and are found so the next time", async () => {
    const wishes = { name: name(), allowsLongerRetention: false };
    expect(await open(wishes)).toEqual({ partitions: 2, problems: [] });
    // Those that exist keep their number.
    expect(await open({ ...wishes, partitions: 7 })).toEqual({ partitions: 2, problems: [] });
  });

  test("two relays that begin at once agree", async () => {
    const wishes = { name: name() };
    const opened = await Promise.all([open(wishes), open(wishes), open(wishes)]);
    expect(opened).toEqual(opened.map(() => ({ partitions: 2, problems: [] })));
  });

  test("fewer brokers than replicas are refused unless allowed by name, and nothing is made", async () => {
    const wishes = { name: name(), allowsFewerReplicas: false };
    const { problems } = await open(wishes);
    expect(problems).toEqual([expect.stringMatching(/1 broker .*KAFKA_ALLOW_FEWER_REPLICAS=yes/)]);
    expect(await topics()).not.toContain(wishes.name);
  });

  test.each([
    ["cleanup.policy", "compact"],
    ["message.timestamp.type", "CreateTime"],
    ["retention.ms", "121000"],
    ["retention.ms", "-1"],
    ["retention.ms", "1000"],
    ["segment.ms", "60000"],
    ["file.delete.delay.ms", "60000"],
    ["max.message.bytes", "1000"],
  ])("a topic with %s %s is refused by that name, and left as it is", async (setting, value) => {
    const wishes = { ...WISHES, name: name(), allowsLongerRetention: false };
    await makeTopics(wishes, { [setting]: value });
    const { problems } = await open(wishes);
    expect(problems).toEqual([expect.stringContaining(setting)]);
    expect((await open(wishes)).problems).toEqual(problems);
  });

  test("what a topic holds is gone from the disk soon after its retention", async () => {
    const wishes = { name: name(), retentionMs: 5_000, partitions: 1 };
    await open(wishes);
    const link = linkTo({ brokers: kafka.addresses });
    const topic = createOrderTopic({ link, name: wishes.name, partitions: 1 });
    const canary = "a canary that stands for an envelope";
    await vi.waitFor(() => expect(topic.isReachable()).toBe(true), 10_000);
    topic.produce(0, [utf8(canary)]);
    const folder = kafka.nodes[0]?.folder ?? "";
    await vi.waitFor(() => expect(holds(folder, canary)).toBe(true), 10_000);
    await vi.waitFor(() => expect(holds(folder, canary)).toBe(false), {
      timeout: 35_000,
      interval: 500,
    });
    await topic.close();
  }, 60_000);

  async function admin<T>(
    run: (admin: ReturnType<ReturnType<typeof client>["kafka"]["admin"]>) => Promise<T>,
  ) {
    const connected = client().kafka.admin();
    await connected.connect();
    try {
      return await run(connected);
    } finally {
      await connected.disconnect();
    }
  }
  const client = () =>
    linkTo({ brokers: kafka.addresses }).client({ requestTimeoutMs: 5_000, retries: 3 });
  const topics = () => admin((at) => at.listTopics());

  /** As an operator would, by hand, with one setting that is not as it must be. */
  async function makeTopics(wishes: TopicWishes, wrong: { readonly [name: string]: string }) {
    const [order, signals] = plansOf(wishes);
    await admin((at) =>
      at.createTopics({
        waitForLeaders: true,
        topics: [order, signals].map((plan) => ({
          topic: plan?.name ?? "",
          numPartitions: 2,
          configEntries: Object.entries({
            ...plan?.settings,
            ...(plan === order ? wrong : {}),
          }).map(([key, value]) => ({ name: key, value })),
        })),
      }),
    );
  }
});

test("a broker that looks too seldom for what is old is refused unless allowed by name", async () => {
  const kafka = await startKafka({ settings: { "log.retention.check.interval.ms": "300000" } });
  const link = linkTo({ brokers: kafka.addresses });
  const { problems } = await openTopics(link, { ...WISHES, allowsLongerRetention: false });
  expect(problems).toEqual([expect.stringContaining("log.retention.check.interval.ms is 300000")]);
  expect((await openTopics(link, WISHES)).problems).toEqual([]);
  await kafka.stop();
});

test("three brokers hold each record three times, and the topics say so", async () => {
  const kafka = await startKafka({ brokers: 3 });
  const link = linkTo({ brokers: kafka.addresses });
  const wishes = { ...WISHES, allowsFewerReplicas: false };
  expect(await openTopics(link, wishes)).toEqual({ partitions: 2, problems: [] });
  await kafka.stop();
}, 60_000);

describe("a broker with users", () => {
  const user = { mechanism: "scram-sha-512", name: "relay", password: "long-and-random" } as const;

  test("who is the user gets in; a wrong password is said to be one, and never repeated", async () => {
    const kafka = await startKafka({ user: { ...user, mechanism: "SCRAM-SHA-512" } });
    const brokers = kafka.addresses;
    expect((await openTopics(linkTo({ brokers, user }), WISHES)).problems).toEqual([]);
    for (const wrong of [{ ...user, password: "hunter2" }, null]) {
      const fault = await openTopics(linkTo({ brokers, user: wrong }), WISHES).catch(String);
      expect(fault).toMatch(/Error/);
      expect(fault).not.toContain("hunter2");
    }
    await kafka.stop();
  }, 60_000);
});

describe("a broker with TLS", () => {
  const folder = mkdtempSync(join(tmpdir(), "mayfly-tls-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("its certificate is checked", async () => {
    const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
    const subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"];
    const args = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"];
    execFileSync("openssl", [...args, "-keyout", key, "-out", cert, ...subject], { stdio: "pipe" });
    const pemFile = join(folder, "broker.pem");
    const ca = readFileSync(cert, "utf8");
    execFileSync("sh", ["-c", `cat "${key}" "${cert}" > "${pemFile}"`]);
    const kafka = await startKafka({ tls: { pemFile } });
    const brokers = kafka.addresses;
    expect((await openTopics(linkTo({ brokers, tls: { ca } }), WISHES)).problems).toEqual([]);
    await expect(openTopics(linkTo({ brokers, tls: { ca: null } }), WISHES)).rejects.toThrow(/\w/);
    await expect(openTopics(linkTo({ brokers }), WISHES)).rejects.toThrow(/\w/);
    await kafka.stop();
  }, 90_000);
});

/** True where any file below holds these words. */
function holds(folder: string, words: string): boolean {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    try {
      if (readFileSync(join(entry.parentPath, entry.name)).includes(words)) return true;
    } catch {
      // It went while we looked.
    }
  }
  return false;
}
