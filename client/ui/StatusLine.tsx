import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { NAME, t } from "../i18n/i18n.ts";
import type { Connection, Encryption, RoomView } from "../state/view.ts";
import { Icon } from "./Icon.tsx";
import { SafetyCode } from "./SafetyCode.tsx";
import { Sentence } from "./Sentence.tsx";
import { formatDuration } from "./time.ts";

/** An outage longer than this is told in full; a shorter one is over before anybody has read that. */
const LONG_OUTAGE_MS = 10_000;

/** How the room stands: connection and encryption in words, and what can be done about it. */
export function StatusLine({ room }: { readonly room: RoomView }) {
  const encryption = room.encryption.value;
  const connection = room.connection.value;
  const differs = room.comparison.value.kind === "differs";
  const isAlarming = differs || encryption.kind === "split" || encryption.kind === "unconfirmed";
  return (
    <section class={isAlarming ? "status status-alarm" : "status"} aria-label={t("status.label")}>
      <output class="status-texts">
        {connection !== "live" && <ConnectionText connection={connection} />}
        <span class="status-text" key={encryption.kind}>
          <Icon name={isAlarming ? "warning" : encryption.kind === "sealed" ? "lock" : "wait"} />
          <span>
            <EncryptionText encryption={encryption} />
          </span>
        </span>
        {differs && <span class="status-text">{t("status.differs")}</span>}
        {!isAlarming && connection === "live" && (
          <span class="status-text status-kept">
            {t("status.kept", { duration: formatDuration(room.policy.value.messageTtlMs) })}
          </span>
        )}
      </output>
      <div class="status-actions">
        {encryption.kind === "unconfirmed" && !encryption.released && (
          <button type="button" class="button" onClick={() => room.releaseOutbox()}>
            {t("status.release")}
          </button>
        )}
        {encryption.kind === "split" && (
          <button type="button" class="button" onClick={() => room.rejoin()}>
            {t("status.rejoin")}
          </button>
        )}
        <SafetyCode room={room} />
      </div>
    </section>
  );
}

/** Calm while it is short, clear when it lasts. */
function ConnectionText({ connection }: { readonly connection: Exclude<Connection, "live"> }) {
  const isLong = useSignal(false);
  useEffect(() => {
    const timer = setTimeout(() => (isLong.value = true), LONG_OUTAGE_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <span class={isLong.value ? "status-text status-long" : "status-text"}>
      <Icon name="wait" />
      <span>
        {t(`status.${connection}`)}
        {isLong.value && <> {t("status.long")}</>}
      </span>
    </span>
  );
}

function EncryptionText({ encryption }: { readonly encryption: Encryption }) {
  switch (encryption.kind) {
    case "joining":
      return <>{t("status.joining")}</>;
    case "sealed":
      return <>{t("status.sealed")}</>;
    case "unconfirmed":
      return <>{t(encryption.released ? "status.released" : "status.unconfirmed")}</>;
    case "split":
      return (
        <>
          {t("status.split")}{" "}
          {encryption.by !== null && (
            <Sentence text={t("status.splitBy", { name: NAME })} name={encryption.by} />
          )}
        </>
      );
  }
}
