/**
 * On-screen keyboards: where the browser lays them over the page instead of shrinking it (iOS), the
 * room takes the height of what is really visible. Browsers that shrink the page need nothing.
 */
import type { Stop } from "../../shared/clock.ts";

/** Keeps `--visible-height` and `--visible-top` on the root element true, in px, while they are needed. */
export function followVisualViewport(): Stop {
  const viewport = window.visualViewport;
  if (viewport === null) return () => {};
  const root = document.documentElement.style;
  const follow = () => {
    // Zoomed in with two fingers, the page must keep its size: that is the point of zooming.
    const isCovered = viewport.scale === 1 && window.innerHeight - viewport.height > 1;
    if (isCovered) {
      root.setProperty("--visible-height", `${viewport.height}px`);
      root.setProperty("--visible-top", `${viewport.offsetTop}px`);
    } else {
      root.removeProperty("--visible-height");
      root.removeProperty("--visible-top");
    }
  };
  viewport.addEventListener("resize", follow);
  viewport.addEventListener("scroll", follow);
  return () => {
    viewport.removeEventListener("resize", follow);
    viewport.removeEventListener("scroll", follow);
  };
}
