import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";

interface StillPictureProps {
  readonly url: string;
  readonly alt: string;
  readonly dimensions: { readonly width: number; readonly height: number };
}

/** A picture that moves; for who prefers less motion its first frame stands still, and it moves when enlarged. */
export function StillPicture({ url, alt, dimensions: { width, height } }: StillPictureProps) {
  const isStill = useSignal(matchMedia("(prefers-reduced-motion: reduce)").matches);
  const frame = useRef<HTMLCanvasElement>(null);
  const image = useRef<HTMLImageElement>(null);
  const freeze = () => {
    if (image.current !== null) frame.current?.getContext("2d")?.drawImage(image.current, 0, 0);
  };
  return (
    <>
      {isStill.value && <canvas ref={frame} width={width} height={height} aria-hidden="true" />}
      <img
        ref={image}
        class={isStill.value ? "visually-hidden" : ""}
        src={url}
        alt={alt}
        width={width}
        height={height}
        onLoad={freeze}
      />
    </>
  );
}
