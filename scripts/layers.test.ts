/** Who imports whom (DESIGN §7): the linter must refuse an offence in every layer, in every form of import. */
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Each form that an import can take; a layer must be closed to all of them. */
const FORMS: { readonly [form: string]: (from: string) => string } = {
  static: (from) => `import { thing } from "${from}";\nexport const own = thing;\n`,
  "side effect": (from) => `import "${from}";\n`,
  namespace: (from) => `import * as all from "${from}";\nexport const own = all;\n`,
  "re-export": (from) => `export { thing } from "${from}";\n`,
  "re-export of all": (from) => `export * from "${from}";\n`,
  "type-only": (from) => `import type { Thing } from "${from}";\nexport type Own = Thing;\n`,
  dynamic: (from) => `export const own = () => import("${from}");\n`,
};

/** A file and what it must not import. */
const FORBIDDEN: readonly (readonly [file: string, from: string])[] = [
  ["shared/own.ts", "node:fs"],
  ["shared/own.ts", "ws"],
  ["shared/own.ts", "../client/net/socket.ts"],
  ["shared/codec/own.ts", "../../server/config.ts"],
  ["client/main.tsx", "../server/main.ts"],
  ["client/main.tsx", "libsodium-wrappers-sumo"],
  ["client/ui/Own.tsx", "../crypto/sodium.ts"],
  ["client/ui/Own.tsx", "../net/socket.ts"],
  ["client/ui/room/Own.tsx", "../../crypto/sodium.ts"],
  ["client/ui/Own.tsx", "libsodium-wrappers-sumo"],
  ["client/ui/Own.tsx", "ts-mls/codec.js"],
  ["client/ui/Own.tsx", "../main.tsx"],
  ["client/i18n/own.ts", "../state/view.ts"],
  ["client/i18n/own.ts", "preact"],
  ["client/i18n/own.ts", "i18next"],
  ["client/i18n/own.ts", "@preact/signals"],
  ["client/state/own.ts", "../ui/App.tsx"],
  ["client/state/own.ts", "libsodium-wrappers-sumo"],
  ["client/state/own.ts", "ts-mls/codec.js"],
  ["client/state/own.ts", "node:crypto"],
  ["client/state/own.ts", "../../server/room/room.ts"],
  ["client/net/own.ts", "../crypto/sodium.ts"],
  ["client/net/own.ts", "../state/view.ts"],
  ["client/net/own.ts", "libsodium-wrappers-sumo"],
  ["client/net/own.ts", "ws"],
  ["client/net/own.ts", "../media/kinds.ts"],
  ["client/ui/own.tsx", "../media/kinds.ts"],
  ["client/crypto/own.ts", "../media/kinds.ts"],
  ["client/media/own.ts", "../crypto/sodium.ts"],
  ["client/media/own.ts", "../net/socket.ts"],
  ["client/media/own.ts", "../state/view.ts"],
  ["client/media/own.ts", "../ui/App.tsx"],
  ["client/media/own.ts", "libsodium-wrappers-sumo"],
  ["client/media/own.ts", "exifreader"],
  ["client/crypto/own.ts", "../net/socket.ts"],
  ["client/crypto/own.ts", "../state/view.ts"],
  ["client/crypto/own.ts", "ts-mls"],
  ["client/crypto/own.ts", "ts-mls/index.js"],
  ["client/crypto/own.ts", "libsodium-wrappers"],
  ["client/crypto/own.ts", "@preact/signals"],
  ["client/crypto/own.ts", "node:crypto"],
  ["client/crypto/own.test.ts", "ts-mls"],
  ["server/config.ts", "./drivers/memory-log.ts"],
  ["server/log.ts", "./edge/app.ts"],
  ["server/main.ts", "../client/crypto/sodium.ts"],
  ["server/edge/own.ts", "../drivers/memory-log.ts"],
  ["server/edge/own.ts", "../main.ts"],
  ["server/edge/own.ts", "ioredis"],
  ["server/edge/own.ts", "../../client/net/socket.ts"],
  ["server/room/own.ts", "../edge/app.ts"],
  ["server/room/own.ts", "../drivers/memory-log.ts"],
  ["server/room/own.ts", "../main.ts"],
  ["server/room/own.ts", "../config.ts"],
  ["server/room/own.ts", "node:crypto"],
  ["server/room/own.ts", "ws"],
  ["server/room/own.ts", "hono"],
  ["server/room/own.ts", "ioredis"],
  ["server/room/own.ts", "../../client/crypto/sodium.ts"],
  ["server/ports/own.ts", "../room/line.ts"],
  ["server/ports/own.ts", "../drivers/memory-log.ts"],
  ["server/ports/own.ts", "ioredis"],
  ["server/drivers/own.ts", "../room/judge.ts"],
  ["server/drivers/own.ts", "../edge/app.ts"],
  ["server/drivers/own.ts", "ws"],
  ["server/drivers/own.ts", "hono"],
  ["server/drivers/own.ts", "kafkajs"],
  ["server/drivers/kafka/own.ts", "kafkajs"],
  ["server/drivers/kafka/own.ts", "kafkajs/src/index.js"],
  ["server/drivers/kafka/kafkajs/own.ts", "../../../room/judge.ts"],
  ["server/drivers/kafka/kafkajs/own.ts", "ws"],
  ["server/config.ts", "kafkajs"],
  ["server/main.ts", "kafkajs"],
];

/** What must stay possible, so that a rule which refuses everything is noticed. */
const ALLOWED: readonly (readonly [file: string, from: string])[] = [
  ["shared/codec/own.ts", "../bytes.ts"],
  ["client/main.tsx", "./ui/App.tsx"],
  ["client/main.tsx", "./state/client.ts"],
  ["client/ui/Own.tsx", "../state/view.ts"],
  ["client/ui/room/Own.tsx", "../../../shared/limits.ts"],
  ["client/ui/Own.tsx", "preact"],
  ["client/ui/Own.tsx", "@preact/signals"],
  ["client/ui/Own.tsx", "../i18n/i18n.ts"],
  ["client/i18n/own.ts", "@preact/signals-core"],
  ["client/state/own.ts", "../net/socket.ts"],
  ["client/state/own.ts", "../crypto/seal.ts"],
  ["client/state/own.ts", "@preact/signals"],
  ["client/net/own.ts", "../../shared/protocol.ts"],
  ["client/media/own.ts", "../../shared/bytes.ts"],
  ["client/media/own.ts", "exifreader/src/tags.js"],
  ["client/state/own.ts", "../media/kinds.ts"],
  ["client/crypto/own.ts", "libsodium-wrappers-sumo"],
  ["client/crypto/own.ts", "ts-mls/clientState.js"],
  ["client/crypto/own.ts", "ts-mls/crypto/kem.js"],
  ["server/main.ts", "./drivers/memory-log.ts"],
  ["server/main.ts", "./edge/app.ts"],
  ["server/edge/own.ts", "../room/line.ts"],
  ["server/edge/own.ts", "ws"],
  ["server/edge/own.ts", "hono"],
  ["server/edge/own.ts", "node:http"],
  ["server/room/own.ts", "../ports/log.ts"],
  ["server/room/own.ts", "../../shared/ids.ts"],
  ["server/ports/own.ts", "../../shared/ids.ts"],
  ["server/drivers/own.ts", "../ports/log.ts"],
  ["server/drivers/own.ts", "ioredis"],
  ["server/drivers/kafka/kafkajs/own.ts", "kafkajs"],
  ["server/drivers/kafka/own.ts", "./kafkajs/link.ts"],
  ["server/stories/own.ts", "../../client/state/view.ts"],
  ["client/e2e/own.ts", "../../server/config.ts"],
];

let folder = "";
/** Paths, from the copy's root, of the files whose imports were refused. */
let refused: ReadonlySet<string> = new Set();

type Case = readonly [file: string, from: string];

// Every case and form gets a root of its own with the project's configuration, so that one file name serves all.
const rootOf = ([file, from]: Case, form: string) =>
  `${file}-${from}-${form}`.replaceAll(/[^a-z0-9-]+/gi, "_");

const formsRefused = (each: Case) =>
  Object.keys(FORMS).filter((form) => refused.has(join(rootOf(each, form), each[0])));

function plant(each: Case): void {
  for (const [form, write] of Object.entries(FORMS)) {
    const root = join(folder, rootOf(each, form));
    mkdirSync(dirname(join(root, each[0])), { recursive: true });
    writeFileSync(join(root, each[0]), write(each[1]));
    copyFileSync(join(ROOT, ".oxlintrc.json"), join(root, ".oxlintrc.json"));
  }
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "layers-"));
  for (const each of [...FORBIDDEN, ...ALLOWED]) plant(each);
  const run = spawnSync(
    process.execPath,
    [join(ROOT, "node_modules/oxlint/bin/oxlint"), "--format=json", "."],
    { cwd: folder, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 },
  );
  const report: { diagnostics: { code: string; filename: string }[]; number_of_files: number } =
    JSON.parse(run.stdout);
  const planted = (FORBIDDEN.length + ALLOWED.length) * Object.keys(FORMS).length;
  expect(report.number_of_files).toBe(planted);
  refused = new Set(
    report.diagnostics
      .filter(({ code }) => code.includes("no-restricted-imports"))
      .map(({ filename }) => filename),
  );
  // As long as a test may take: on a busy machine the linter needs more than a hook's ten seconds.
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("[DESIGN 7] an import against the arrows is refused in every form", () => {
  test.each(FORBIDDEN)("%s may not import %s", (file, from) => {
    expect(formsRefused([file, from])).toEqual(Object.keys(FORMS));
  });
});

describe("[DESIGN 7] an import along the arrows is accepted in every form", () => {
  test.each(ALLOWED)("%s may import %s", (file, from) => {
    expect(formsRefused([file, from])).toEqual([]);
  });
});
