import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { t } from "../i18n/i18n.ts";
import type { Comparison, RoomView } from "../state/view.ts";
import { Dialog } from "./Dialog.tsx";
import { Icon } from "./Icon.tsx";
import { pictureOf } from "./pictures.ts";
import { formatTime } from "./time.ts";

/** Says whether the code was compared, by this person; opens it for comparing. */
export function SafetyCode({ room }: { readonly room: RoomView }) {
  const isOpen = useSignal(false);
  const comparison = room.comparison.value;
  const isComplete = comparison.kind === "compared" && comparison.joinedSince.length === 0;
  return (
    <>
      <button
        type="button"
        class={`button button-quiet safety-button safety-${isComplete ? "done" : "open"}`}
        onClick={() => (isOpen.value = true)}
      >
        {isComplete && <Icon name="check" />}
        <span>
          <span class="label-if-wide">
            {t("safety.button")}
            {t("app.colon")}
          </span>
          {stateOf(comparison)}
        </span>
      </button>
      {isOpen.value && <SafetyDialog room={room} close={() => (isOpen.value = false)} />}
    </>
  );
}

function stateOf(comparison: Comparison): string {
  switch (comparison.kind) {
    case "not-yet":
      return t("safety.notCompared");
    case "differs":
      return t("safety.differed");
    case "compared":
      return comparison.joinedSince.length > 0
        ? t("safety.joinedSince", { count: comparison.joinedSince.length })
        : t("safety.compared");
  }
}

interface SafetyDialogProps {
  readonly room: RoomView;
  readonly close: () => void;
}

/** Made to be read aloud: two groups to a line, each with a picture to find the place again. */
function SafetyDialog({ room, close }: SafetyDialogProps) {
  const code = room.safetyCode.value;
  const codeAtFirst = useRef(code);
  const comparison = room.comparison.value;
  const isSettled = room.encryption.value.kind !== "joining";
  return (
    <Dialog title={t("safety.button")} onClose={close}>
      <p>{t("safety.how")}</p>
      <ol class="safety-code" dir="ltr">
        {code.split(" ").map((group, index) => (
          <li key={index}>
            <span class="safety-picture">{pictureOf(group)}</span> <span>{group}</span>
          </li>
        ))}
      </ol>
      {codeAtFirst.current !== code && <p class="safety-note">{t("safety.justChanged")}</p>}
      {isSettled ? (
        <div class="actions safety-answers">
          <button
            type="button"
            class="button"
            aria-pressed={comparison.kind === "compared" && comparison.joinedSince.length === 0}
            onClick={() => room.compare("matches")}
          >
            {t("safety.match")}
          </button>
          <button
            type="button"
            class="button"
            aria-pressed={comparison.kind === "differs"}
            onClick={() => room.compare("differs")}
          >
            {t("safety.noMatch")}
          </button>
        </div>
      ) : (
        <p class="error">{t("safety.notYet")}</p>
      )}
      <output class="safety-outcome">
        <Outcome comparison={comparison} />
      </output>
      <p class="hint">{t("safety.changes")}</p>
      {comparison.kind === "differs" && (
        <div class="actions">
          <button type="button" class="button button-danger" onClick={() => room.leave()}>
            {t("safety.leave")}
          </button>
        </div>
      )}
    </Dialog>
  );
}

/** What the person's answer means, and what to do now. */
function Outcome({ comparison }: { readonly comparison: Comparison }) {
  switch (comparison.kind) {
    case "not-yet":
      return null;
    case "differs":
      return (
        <>
          <strong>{t("safety.differsTitle")}</strong>
          <ol class="advice">
            <li>{t("safety.differsAgain")}</li>
            <li>{t("safety.differsQuiet")}</li>
            <li>{t("safety.differsLeave")}</li>
          </ol>
        </>
      );
    case "compared": {
      const { atMs, joinedSince } = comparison;
      const time = formatTime(atMs);
      const count = joinedSince.length;
      return (
        <>
          {t("safety.comparedAt", { time })} {count > 0 && t("safety.joinedSinceHint", { count })}
        </>
      );
    }
  }
}
