import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../../i18n/i18n.ts";
import type { Attachment } from "../../state/files/attachment.ts";
import type { RoomView } from "../../state/view.ts";
import { Broken } from "./Broken.tsx";
import { Enlarged } from "./Enlarged.tsx";
import { FileCard } from "./FileCard.tsx";
import { formatSize } from "./size.ts";
import { StillPicture } from "./StillPicture.tsx";

/** Larger ones are fetched only when somebody wants them. */
const AUTOMATIC_BYTES = 8_000_000;

interface PictureProps {
  readonly attachment: Attachment;
  readonly room: RoomView;
}

/** A picture in its place from the start: its size is known before its content. */
export function Picture({ attachment, room }: PictureProps) {
  const isEnlarged = useSignal(false);
  const isUnshown = useSignal(false);
  const opened = attachment.opened.value;
  const { width, height } = attachment.dimensions ?? { width: 4, height: 3 };
  const place = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (place.current === null || attachment.sizeBytes > AUTOMATIC_BYTES) return;
    // As it comes near, each time: those left behind may have been closed to make room for others.
    const watch = new IntersectionObserver(
      (seen) => seen.some(({ isIntersecting }) => isIntersecting) && attachment.open(),
      { root: place.current.closest("[role=log]"), rootMargin: "100% 0px" },
    );
    watch.observe(place.current);
    return () => watch.disconnect();
  }, [attachment, opened.kind === "broken"]);
  if (opened.kind === "broken") return <Broken attachment={attachment} why={opened.why} />;
  if (isUnshown.value) return <FileCard attachment={attachment} note={t("files.notShown")} />;
  const name = attachment.alt === "" ? attachment.name : attachment.alt;
  const isShown = opened.kind === "shown";
  // One button all along: neither the place nor the focus in it goes when the content comes.
  return (
    <>
      <button
        type="button"
        ref={place}
        class="picture"
        aria-label={isShown ? t("files.enlarge", { name }) : undefined}
        onClick={isShown ? () => (isEnlarged.value = true) : attachment.open}
      >
        <svg
          class="picture-place"
          width={width}
          height={height}
          viewBox={`0 0 ${width} ${height}`}
          aria-hidden="true"
        />
        {isShown ? (
          <Content
            attachment={attachment}
            url={opened.url}
            alt={name}
            failed={() => (isUnshown.value = true)}
          />
        ) : (
          <>
            <span class="picture-word">
              {opened.kind === "loading"
                ? t("files.loading")
                : t("files.show", { size: formatSize(attachment.sizeBytes) })}
            </span>
            <span class="visually-hidden">{name}</span>
          </>
        )}
      </button>
      {isEnlarged.value && (
        <Enlarged first={attachment} room={room} close={() => (isEnlarged.value = false)} />
      )}
    </>
  );
}

interface ContentProps {
  readonly attachment: Attachment;
  readonly url: string;
  readonly alt: string;
  readonly failed: () => void;
}

function Content({ attachment, url, alt, failed }: ContentProps) {
  return attachment.isAnimated ? (
    <StillPicture url={url} alt={alt} failed={failed} />
  ) : (
    <img class="picture-content" src={url} alt={alt} decoding="async" onError={failed} />
  );
}
