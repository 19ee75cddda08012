/** The page's policy lets no text become a script's address, but for those that this module vouches for. */

interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { readonly createScriptURL: (url: string) => string },
  ): { createScriptURL(url: string): unknown };
}

/** Named in the page's Content-Security-Policy. */
const POLICY_NAME = "mayfly-workers";

let policy: ReturnType<TrustedTypes["createPolicy"]> | null | undefined;

/**
 * `url` for a worker, of this page's own origin. Typed as text, as the platform's own declarations want it; it is a TrustedScriptURL
 * where browsers have them.
 * @throws TypeError for an address of another origin.
 */
export function scriptUrl(url: string): string {
  const { origin, href } = new URL(url, location.href);
  if (origin !== location.origin) throw new TypeError("a script of another origin");
  const types = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes;
  // Made once: a second policy of this name would be refused.
  policy ??= types?.createPolicy(POLICY_NAME, { createScriptURL: (own) => own }) ?? null;
  return (policy?.createScriptURL(href) ?? href) as string;
}
