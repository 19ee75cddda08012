import type { ComponentChildren } from "preact";
import { Brand } from "./Brand.tsx";
import { Icon, type IconName } from "./Icon.tsx";
import { ScreenTitle } from "./ScreenTitle.tsx";

interface TellingProps {
  /** Null: the room came to its end, and nothing is wrong. */
  readonly icon: IconName | null;
  readonly title: string;
  /** What happened. */
  readonly body: string;
  /** What to do about it, and more. */
  readonly children: ComponentChildren;
}

/** A page that says what happened and what to do. */
export function Telling({ icon, title, body, children }: TellingProps) {
  return (
    <div class="single">
      <header>
        <Brand />
      </header>
      <main class="card telling">
        {icon === null ? (
          <div class="sunset">
            <hr class="horizon" />
          </div>
        ) : (
          <span class="medal">
            <Icon name={icon} />
          </span>
        )}
        <ScreenTitle>{title}</ScreenTitle>
        <p>{body}</p>
        {children}
      </main>
    </div>
  );
}
