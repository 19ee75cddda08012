import { useSignal } from "@preact/signals";
import { t } from "../../i18n/i18n.ts";
import type { Attachment } from "../../state/files/attachment.ts";
import { Icon } from "../Icon.tsx";
import { Broken } from "./Broken.tsx";
import { SaveButton } from "./SaveButton.tsx";
import { formatSize } from "./size.ts";
import { iconOf } from "./wording.ts";

/** A film or sound: fetched when somebody wants it, played while it still arrives where the browser can. */
export function Played({ attachment }: { readonly attachment: Attachment }) {
  const opened = attachment.opened.value;
  const isUnplayable = useSignal(false);
  const isVideo = attachment.family === "video";
  if (opened.kind === "broken") return <Broken attachment={attachment} why={opened.why} />;
  const failed = () => (isUnplayable.value = true);
  return (
    <figure class="played">
      {opened.kind === "shown" && !isUnplayable.value ? (
        isVideo ? (
          // oxlint-disable-next-line jsx-a11y/media-has-caption -- its sender has none to give
          <video
            class="film"
            ref={letGo}
            src={opened.url}
            controls
            autoplay
            playsinline
            onPlay={playAlone}
            onError={failed}
          />
        ) : (
          // oxlint-disable-next-line jsx-a11y/media-has-caption -- its sender has none to give
          <audio
            class="sound"
            ref={letGo}
            src={opened.url}
            controls
            autoplay
            onPlay={playAlone}
            onError={failed}
          />
        )
      ) : (
        <Waiting attachment={attachment} isUnplayable={isUnplayable.value} />
      )}
      <figcaption class="file-card">
        <div class="file-about">
          <p class="file-name">
            <bdi>{attachment.alt === "" ? attachment.name : attachment.alt}</bdi>
          </p>
          <p class="hint">
            {formatSize(attachment.sizeBytes)}
            {opened.kind === "shown" && opened.way === "mediasource" && (
              <> · {t("files.fromStart")}</>
            )}
          </p>
        </div>
        <SaveButton attachment={attachment} />
      </figcaption>
    </figure>
  );
}

/** An element that is taken away would go on asking for its film until the browser happens to clear up. */
const letGo = (element: HTMLMediaElement | null) => () => {
  element?.removeAttribute("src");
  element?.load();
};

/** Nobody listens to two at once. */
function playAlone({ currentTarget }: Event): void {
  for (const other of document.querySelectorAll<HTMLMediaElement>("video, audio"))
    if (other !== currentTarget) other.pause();
}

interface WaitingProps {
  readonly attachment: Attachment;
  readonly isUnplayable: boolean;
}

/** The place of the player, as large as it will be. */
function Waiting({ attachment, isUnplayable }: WaitingProps) {
  const opened = attachment.opened.value;
  const place = attachment.family === "video" ? "film film-closed" : "sound sound-closed";
  if (isUnplayable) return <p class={place}>{t("files.notPlayed")}</p>;
  if (opened.kind !== "loading") {
    return (
      <button type="button" class={`button ${place}`} onClick={attachment.open}>
        <Icon name={attachment.family === "video" ? "play" : iconOf(attachment.kind)} />
        <span>{t("files.play")}</span>
        <span class="visually-hidden">{attachment.name}</span>
      </button>
    );
  }
  return (
    <div class={place}>
      <p>{t("files.loading")}</p>
      <progress
        class="bar"
        max={Math.max(1, attachment.sizeBytes)}
        value={opened.gotBytes}
        aria-label={t("files.loadingName", { name: attachment.name })}
      />
    </div>
  );
}
