/** Headers of every response: what a page of ours may do, which is little (HOSTILE §10). */

const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  // libsodium is WebAssembly; nothing inline and no eval.
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' blob:",
  // Films come from the service worker at /play/…, or from memory.
  "media-src 'self' blob:",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  // Addresses of our own workers, by client/media/script-url.ts; no page text.
  "trusted-types mayfly-workers",
].join("; ");

/** Powers that a page of ours never asks for. Clipboard, sharing and fullscreen stay: people use them here. */
const FEATURES_OFF = [
  "accelerometer",
  "browsing-topics",
  "camera",
  "display-capture",
  "encrypted-media",
  "gamepad",
  "geolocation",
  "gyroscope",
  "hid",
  "identity-credentials-get",
  "idle-detection",
  "local-fonts",
  "magnetometer",
  "microphone",
  "midi",
  "payment",
  "publickey-credentials-create",
  "publickey-credentials-get",
  "screen-wake-lock",
  "serial",
  "storage-access",
  "usb",
  "window-management",
  "xr-spatial-tracking",
];

const ALWAYS: readonly (readonly [string, string])[] = [
  ["Content-Security-Policy", CONTENT_SECURITY_POLICY],
  ["Cross-Origin-Opener-Policy", "same-origin"],
  ["Cross-Origin-Embedder-Policy", "require-corp"],
  ["Cross-Origin-Resource-Policy", "same-origin"],
  ["Referrer-Policy", "no-referrer"],
  ["X-Content-Type-Options", "nosniff"],
  // For what does not know frame-ancestors.
  ["X-Frame-Options", "DENY"],
  ["Permissions-Policy", FEATURES_OFF.map((feature) => `${feature}=()`).join(", ")],
];
const HSTS = ["Strict-Transport-Security", "max-age=63072000; includeSubDomains; preload"] as const;

/** Name and value pairs; `isHttps`: the origin asked is an https one, so browsers should never try without. */
export function securityHeaders(isHttps: boolean): readonly (readonly [string, string])[] {
  return isHttps ? [...ALWAYS, HSTS] : ALWAYS;
}
