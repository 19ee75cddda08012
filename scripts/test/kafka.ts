/**
 * Finds what tests need to start real Kafka brokers: a Java, and the broker's jars, which Maven fetches
 * once into an ignored folder. Run by itself it does just that: `node --import tsx scripts/test/kafka.ts`.
 */
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ensureProgram } from "./program.ts";
import { ROOT, run } from "./run.ts";

const KAFKA_VERSION = "4.1.0";
/** Lets the broker print its errors; without it a failing start would be silent. */
const LOG4J_VERSION = "2.24.3";
const COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies";

const NEEDED = "The tests of the Kafka driver start real brokers, which needs";

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>mayfly</groupId>
  <artifactId>kafka-for-tests</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId>
      <artifactId>kafka_2.13</artifactId>
      <version>${KAFKA_VERSION}</version>
    </dependency>
    <dependency>
      <groupId>org.apache.logging.log4j</groupId>
      <artifactId>log4j-slf4j-impl</artifactId>
      <version>${LOG4J_VERSION}</version>
    </dependency>
  </dependencies>
</project>
`;

/** Where the jars lie, so that tests started without `npm test` find them too. */
const JARS = join(ROOT, ".kafka", `kafka-${KAFKA_VERSION}`);

/**
 * What test files are told by the environment: JAVA and KAFKA_JARS, installed and fetched if need be, or
 * nothing where KAFKA_BROKERS names a broker to use instead. Null, with the reason printed, when none can be had.
 */
export async function ensureKafka(): Promise<{ readonly [name: string]: string } | null> {
  if ((process.env["KAFKA_BROKERS"] ?? "") !== "") return {};
  const java = await ensureProgram({
    names: ["java"],
    places: ["/usr/bin", "/usr/local/bin", "/opt/homebrew/opt/openjdk/bin"],
    variable: "JAVA",
    debianPackage: "default-jre-headless",
    needed: `${NEEDED} Java, version 17 or newer`,
  });
  if (java === null) return null;
  const jars = process.env["KAFKA_JARS"] ?? (await ensureJars());
  return jars === null ? null : { JAVA: java, KAFKA_JARS: jars };
}

async function ensureJars(): Promise<string | null> {
  if (existsSync(JARS)) return JARS;
  const maven = await ensureProgram({
    names: ["mvn"],
    places: ["/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"],
    variable: "MAVEN",
    debianPackage: "maven",
    needed: `${NEEDED} Maven to fetch Apache Kafka's jars`,
  });
  if (maven === null) return null;
  mkdirSync(join(ROOT, ".kafka"), { recursive: true });
  // Renamed when whole, so that a fetch cut short is never taken for the jars.
  const folder = mkdtempSync(join(ROOT, ".kafka", "fetching-"));
  const pom = join(folder, "pom.xml");
  writeFileSync(pom, POM);
  const code = await run(maven, ["-q", "-B", "-f", pom, COPY, `-DoutputDirectory=${folder}`]);
  try {
    if (code !== 0) {
      console.error("Maven could not fetch Apache Kafka's jars: see above.");
      return null;
    }
    if (!existsSync(JARS)) renameSync(folder, JARS);
    return JARS;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  process.exitCode = (await ensureKafka()) === null ? 1 : 0;
}
