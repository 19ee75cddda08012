import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";

interface StillPictureProps {
  readonly url: string;
  readonly alt: string;
  readonly failed: () => void;
}

/** A picture that moves; for who prefers less motion its first frame stands still, and it moves when enlarged. */
export function StillPicture({ url, alt, failed }: StillPictureProps) {
  const isStill = useSignal(matchMedia("(prefers-reduced-motion: reduce)").matches);
  const frame = useRef<HTMLCanvasElement>(null);
  const image = useRef<HTMLImageElement>(null);
  const freeze = () => {
    if (image.current === null || frame.current === null) return;
    frame.current.width = image.current.naturalWidth;
    frame.current.height = image.current.naturalHeight;
    frame.current.getContext("2d")?.drawImage(image.current, 0, 0);
  };
  return (
    <>
      {isStill.value && <canvas class="picture-content" ref={frame} aria-hidden="true" />}
      <img
        ref={image}
        class={isStill.value ? "visually-hidden" : "picture-content"}
        src={url}
        alt={alt}
        onLoad={freeze}
        onError={failed}
      />
    </>
  );
}
