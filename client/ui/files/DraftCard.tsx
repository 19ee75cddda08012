import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { t } from "../../i18n/i18n.ts";
import type { Draft } from "../../state/files/attachment.ts";
import { Icon } from "../Icon.tsx";
import { formatSize } from "./size.ts";
import { iconOf } from "./wording.ts";

type Examined = Extract<Draft["examined"], object>;
type Found = Examined["removed"][number];

const FAULTS = {
  "too-many-pixels": "files.tooManyPixels",
  broken: "files.brokenPicture",
  unreadable: "files.unreadable",
} as const satisfies Record<Extract<Draft["examined"], string>, string>;

const FOUND = {
  location: "files.location",
  camera: "files.camera",
  dates: "files.dates",
  author: "files.author",
  "original-name": "files.originalName",
  software: "files.software",
  comment: "files.comment",
  thumbnail: "files.thumbnail",
  other: "files.other",
} as const satisfies Record<Found["what"], string>;

interface DraftCardProps {
  readonly draft: Draft;
  readonly drop: () => void;
  readonly describe: (alt: string) => void;
}

/** One file that was chosen, before it is sent. */
export function DraftCard({ draft, drop, describe }: DraftCardProps) {
  const { examined, previewUrl } = draft;
  const altId = useId();
  const isFault = typeof examined === "string";
  const isUnshown = useSignal(false);
  return (
    <li class="draft">
      {previewUrl === null || isFault || isUnshown.value ? (
        <span class="draft-sign">
          <Icon name={isFault ? "warning" : iconOf(examined.kind)} />
        </span>
      ) : (
        <img
          class="draft-picture"
          src={previewUrl}
          alt=""
          onError={() => (isUnshown.value = true)}
        />
      )}
      <p class="draft-name">
        <bdi>{isFault ? draft.originalName : examined.name}</bdi>{" "}
        <span class="hint">{formatSize(draft.sizeBytes)}</span>
      </p>
      <button type="button" class="button button-quiet draft-drop" onClick={drop}>
        <Icon name="close" />
        <span class="visually-hidden">{t("files.drop", { name: draft.originalName })}</span>
      </button>
      <div class="draft-body">
        {isFault ? <p class="error">{t(FAULTS[examined])}</p> : <Findings examined={examined} />}
        {previewUrl !== null && !isFault && (
          <div class="field">
            <label for={altId}>{t("files.alt")}</label>
            <input
              id={altId}
              class="input"
              dir="auto"
              autocomplete="off"
              maxLength={250}
              placeholder={t("files.altHint")}
              onInput={(event) => describe(event.currentTarget.value)}
            />
          </div>
        )}
      </div>
    </li>
  );
}

/** What goes, what stays, and what cannot be told. */
function Findings({ examined }: { readonly examined: Examined }) {
  const { removed, kept, isOpaque } = examined;
  return (
    <>
      {removed.length > 0 && <FoundList title={t("files.removed")} found={removed} />}
      {kept.length > 0 && <FoundList title={t("files.kept")} found={kept} isKept />}
      {isOpaque && <p class="hint">{t("files.opaque")}</p>}
      {removed.length + kept.length === 0 && !isOpaque && (
        <p class="hint">{t("files.nothingFound")}</p>
      )}
    </>
  );
}

interface FoundListProps {
  readonly title: string;
  readonly found: readonly Found[];
  readonly isKept?: boolean;
}

function FoundList({ title, found, isKept = false }: FoundListProps) {
  return (
    <div class={isKept ? "found found-kept" : "found"}>
      <p>{title}</p>
      <ul>
        {found.map(({ what, value }, index) => (
          <li key={index}>
            <span class="found-what">
              {t(FOUND[what])}
              {value !== "" && t("app.colon")}
            </span>
            <bdi>{value}</bdi>
          </li>
        ))}
      </ul>
    </div>
  );
}
