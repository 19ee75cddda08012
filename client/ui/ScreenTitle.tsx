import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

/** What a screen is about. Takes the focus as the screen appears, so that it is read out. */
export function ScreenTitle({ children }: { readonly children: ComponentChildren }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <h2 class="screen-title" tabIndex={-1} ref={heading}>
      {children}
    </h2>
  );
}
