/** Ways in, and being turned away. */
import { beforeEach, describe, expect, test } from "vitest";
import { enter, isEncrypted, isTold, join, linkOf, makeRoom, say, sees } from "./people.ts";
import { tellStories } from "./story.ts";
import type { Window } from "./world.ts";

const { person } = tellStories("Alice", "Bob");
let alice: Window;
let bob: Window;

beforeEach(() => {
  alice = person("Alice");
  bob = person("Bob");
});

const NO_SUCH_ROOM = "There is no such room";

describe("a passphrase", () => {
  test("[DESIGN 3] a wrong one leads nowhere and tells nobody; the right one opens", async () => {
    await makeRoom(alice, { passphrase: "correct horse" });
    const link = await linkOf(alice);
    await enter(bob, link, { passphrase: "correct house" });
    await isTold(bob, NO_SUCH_ROOM);
    expect(await alice.page.getByText("Bob").count()).toBe(0);

    await bob.page.goto("about:blank");
    await join(bob, link, { passphrase: "correct horse" });
    await say(bob, "found it");
    await sees(alice, "found it");
  });

  test("a room that asks for one is not entered without", async () => {
    await makeRoom(alice, { passphrase: "correct horse" });
    await enter(bob, await linkOf(alice));
    await bob.page.getByRole("alert").getByText("This room asks for a passphrase.").waitFor();
  });
});

describe("a link", () => {
  test("[HOSTILE 50] a damaged one is named so, and nothing is sent to the relay", async () => {
    await makeRoom(alice);
    const link = await linkOf(alice);
    const damaged = [
      link.slice(0, -1),
      `${link}A`,
      `${link}#${new URL(link).hash.slice(1)}`,
      link.replace("#", "#%41"),
      `${link.slice(0, -3)}!!!`,
      `${link}&x=1`,
    ];
    for (const text of damaged) {
      await bob.page.goto("about:blank");
      await bob.page.goto(text);
      await isTold(bob, "This link is damaged");
    }
    expect(bob.carried()).toEqual([]);
  });

  test("of a room that never was leads nowhere, and founds nothing by accident", async () => {
    await makeRoom(alice);
    const link = await linkOf(alice);
    const at = link.length - 10;
    const other = link[at] === "A" ? "B" : "A";
    const stranger = link.slice(0, at) + other + link.slice(at + 1);
    for (const _ of [1, 2]) {
      await bob.page.goto("about:blank");
      await enter(bob, stranger);
      await isTold(bob, NO_SUCH_ROOM);
    }
  });

  test("can be pasted into the start page", async () => {
    await makeRoom(alice);
    const link = await linkOf(alice);
    await bob.page.goto(bob.origin);
    await bob.page.getByRole("textbox", { name: "Invite link" }).fill(link);
    await bob.page.getByRole("button", { name: "Open", exact: true }).click();
    await isTold(bob, "You are invited to a room");
    await bob.page.getByRole("button", { name: "Join", exact: true }).click();
    await isEncrypted(bob);
  });

  test("never reaches the relay: no request and no title has its secret", async () => {
    const asked: string[] = [];
    bob.context.on("request", (request) => {
      asked.push(request.url(), JSON.stringify(request.headers()));
    });
    await makeRoom(alice);
    const link = await linkOf(alice);
    await join(bob, link);
    const secret = new URL(link).hash.slice(1);
    expect(asked.length).toBeGreaterThan(2);
    // The first request is for the page itself, whose address the browser shows us whole but sends without its fragment.
    const sent = asked.map((text) => text.replace(link, "")).join("\n");
    expect(sent).not.toContain(secret.slice(2));
    expect(await bob.page.title()).not.toContain(secret.slice(2));
    expect(await bob.page.locator("body").innerText()).not.toContain(secret.slice(2));
  });
});
