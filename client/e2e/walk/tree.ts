/**
 * A hand that has only what the browser tells assistive programs: it goes from control to control in the tree's
 * order, hears each one's name, and asks the browser to press or to focus it. It sees nothing.
 */
import type { CDPSession } from "playwright-core";
import { expect } from "vitest";
import { matches, MOST_STEPS, PATIENCE_MS, SECONDS, type Hand, type Thing } from "./hand.ts";

interface Heard {
  readonly role: string;
  readonly name: string;
  readonly node: number;
  /** What is said when it is read as a whole. */
  readonly text: string;
  readonly isFocused: boolean;
}

/** What a screen reader's key for "next control" stops at. */
const CONTROLS = ["button", "textbox", "combobox", "DisclosureTriangle", "separator"];

export function tree(): Hand {
  const cost = { acts: 0, seconds: 0 };
  const reach = async (session: CDPSession, thing: Thing): Promise<Heard> => {
    cost.seconds += SECONDS.think;
    await expect
      .poll(async () => find(await hear(session), thing) !== undefined, {
        timeout: PATIENCE_MS,
        message: `${thing.name} in the tree`,
      })
      .toBe(true);
    const all = await hear(session);
    const found = find(all, thing);
    if (found === undefined) throw new Error(`${thing.name} went away`);
    const controls = all.filter(({ role }) => CONTROLS.includes(role));
    const from = controls.findIndex(({ isFocused }) => isFocused);
    const to = controls.indexOf(found);
    const passed = from <= to ? controls.slice(from + 1, to + 1) : controls.slice(to, from);
    if (passed.length > MOST_STEPS) throw new Error(`too far to ${thing.name}`);
    cost.acts += passed.length;
    for (const { name } of passed) cost.seconds += SECONDS.key + SECONDS.word * wordsOf(name);
    return found;
  };
  return {
    cost,
    press: async (page, name) => {
      const session = await page.context().newCDPSession(page);
      const { node } = await reach(session, { role: "button", name });
      const { object } = await session.send("DOM.resolveNode", { backendNodeId: node });
      await session.send("DOM.focus", { backendNodeId: node });
      await session.send("Runtime.callFunctionOn", {
        objectId: object.objectId ?? "",
        functionDeclaration: "function () { this.click(); }",
        userGesture: true,
      });
      cost.acts += 1;
      cost.seconds += SECONDS.key;
      await session.detach();
    },
    write: async (page, field, text) => {
      const session = await page.context().newCDPSession(page);
      const { node } = await reach(session, { role: "textbox", name: field });
      await session.send("DOM.focus", { backendNodeId: node });
      await session.send("Input.insertText", { text });
      await page.keyboard.press("Enter");
      cost.seconds += SECONDS.think + SECONDS.key * (text.length + 1);
      await session.detach();
    },
    perceives: async (page, where, text) => {
      const session = await page.context().newCDPSession(page);
      const words = async () => find(await hear(session), where)?.text ?? "";
      await expect
        .poll(async () => matches(await words(), text), {
          timeout: PATIENCE_MS,
          message: `${text} in ${where.name}`,
        })
        .toBe(true);
      const heard = await words();
      await session.detach();
      return heard;
    },
  };
}

const wordsOf = (name: string): number => name.split(/\s+/).length;

const find = (all: readonly Heard[], { role, name }: Thing): Heard | undefined =>
  all.find((one) => one.role === role && matches(one.name, name));

/** The tree as it stands, in the order in which it is read. */
async function hear(session: CDPSession): Promise<readonly Heard[]> {
  const { nodes } = await session.send("Accessibility.getFullAXTree");
  const byId = new Map(nodes.map((node) => [node.nodeId, node]));
  const textOf = (id: string): string => {
    const node = byId.get(id);
    if (node === undefined) return "";
    const name = String(node.name?.value ?? "");
    if (node.role?.value === "StaticText") return name;
    return (node.childIds ?? []).map(textOf).filter(Boolean).join(" ") || name;
  };
  const inOrder = (id: string): typeof nodes => {
    const node = byId.get(id);
    return node === undefined ? [] : [node, ...(node.childIds ?? []).flatMap(inOrder)];
  };
  return inOrder(nodes[0]?.nodeId ?? "")
    .filter(({ ignored }) => !ignored)
    .map((node) => ({
      role: String(node.role?.value ?? ""),
      name: String(node.name?.value ?? ""),
      node: node.backendDOMNodeId ?? 0,
      text: textOf(node.nodeId),
      isFocused:
        node.properties?.some(({ name, value }) => name === "focused" && value.value) ?? false,
    }));
}
