/** Whatever a page should never do: errors, breaches of its policy, requests to anybody else. */
import type { BrowserContext, Page } from "playwright-core";

/** A connection that failed, in the browser's words; natural while a test has cut a wire or killed a relay. */
const OUTAGE =
  /net::ERR_|WebSocket connection to .* failed|status of 50[234]|dynamically imported module/;

export interface Complaints {
  /** Failed connections are no complaint from now on: the test causes some. */
  expectOutage(): void;
  readonly list: readonly string[];
}

/** Listens to every page of a context. Call it before the first page is opened. */
export async function collectComplaints(
  context: BrowserContext,
  name: string,
  origin: string,
): Promise<Complaints> {
  const list: string[] = [];
  let isOutageExpected = false;
  const complain = (text: string) => list.push(`${name}: ${text}`);

  // A breach that is only reported makes no error of its own.
  await context.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (breach) => {
      console.error(`policy: ${breach.violatedDirective} ${breach.blockedURI} ${breach.sample}`);
    });
  });
  context.on("weberror", (error) => {
    const { stack, message } = error.error();
    // A module that did not come has no stack.
    const text = `${message} ${stack ?? ""}`;
    if (!isOutageExpected || !OUTAGE.test(text)) complain(`uncaught: ${text}`);
  });
  context.on("console", (line) => {
    if (line.type() !== "error") return;
    if (isOutageExpected && OUTAGE.test(line.text())) return;
    complain(`console: ${line.text()}`);
  });
  context.on("request", (request) => {
    if (!isOwn(request.url(), origin)) complain(`asked elsewhere: ${request.url()}`);
  });
  context.on("page", (page: Page) => {
    page.on("crash", () => complain("the page crashed"));
    page.on("dialog", (dialog) => complain(`a dialog: ${dialog.message()}`));
    page.on("websocket", (socket) => {
      if (!isOwn(socket.url().replace(/^ws/, "http"), origin)) {
        complain(`a socket elsewhere: ${socket.url()}`);
      }
    });
  });
  return {
    list,
    expectOutage: () => {
      isOutageExpected = true;
    },
  };
}

function isOwn(url: string, origin: string): boolean {
  const { protocol, origin: asked } = new URL(url);
  return protocol === "blob:" || asked === origin;
}
