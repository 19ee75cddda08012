import { NAME, t } from "../i18n/i18n.ts";
import type { Encryption, RoomView } from "../state/view.ts";
import { Icon } from "./Icon.tsx";
import { SafetyCode } from "./SafetyCode.tsx";
import { Sentence } from "./Sentence.tsx";

/** How the room stands: connection and encryption in words, and what can be done about it. */
export function StatusLine({ room }: { readonly room: RoomView }) {
  const encryption = room.encryption.value;
  const connection = room.connection.value;
  const isAlarming = encryption.kind === "split" || encryption.kind === "unconfirmed";
  return (
    <section class={isAlarming ? "status status-alarm" : "status"} aria-label={t("status.label")}>
      <output class="status-texts">
        {connection !== "live" && (
          <span class="status-text status-connection">
            <Icon name="wait" />
            <span>{t(`status.${connection}`)}</span>
          </span>
        )}
        <span class="status-text" key={encryption.kind}>
          <Icon name={isAlarming ? "warning" : encryption.kind === "sealed" ? "lock" : "wait"} />
          <span>
            <EncryptionText encryption={encryption} />
          </span>
        </span>
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
