import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { t } from "../i18n/i18n.ts";

/** Modules around the code that stay light: a reader needs four (ISO/IEC 18004). */
const QUIET = 4;

/** A text as a QR code, dark on light in every theme. The drawing of codes is loaded when one is asked for. */
export function QrCode({ text }: { readonly text: string }) {
  const code = useSignal<Code | null>(null);
  useEffect(() => {
    let isWanted = true;
    const draw = async () => {
      const made = await codeOf(text);
      if (isWanted) code.value = made;
    };
    void draw();
    return () => (isWanted = false);
  }, [text]);
  const { size, path } = code.value ?? { size: 1, path: "" };
  const side = size + 2 * QUIET;
  return (
    <svg
      class="qr"
      viewBox={`${-QUIET} ${-QUIET} ${side} ${side}`}
      role="img"
      aria-label={t("invite.code")}
      shape-rendering="crispEdges"
    >
      <path d={path} />
    </svg>
  );
}

interface Code {
  readonly size: number;
  readonly path: string;
}

async function codeOf(text: string): Promise<Code> {
  const { encode } = await import("uqr");
  // M: a screen has no scratches, and fewer modules are read from farther away.
  const { size, data } = encode(text, { ecc: "M", border: 0 });
  const runs = data.flatMap((row, y) =>
    row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : "")),
  );
  return { size, path: runs.join("") };
}
