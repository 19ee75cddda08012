import { t } from "../../i18n/i18n.ts";
import { Icon } from "../Icon.tsx";

/** Chooses files; on telephones the system offers camera and gallery as well. */
export function AttachButton({ choose }: { readonly choose: (files: readonly File[]) => void }) {
  return (
    <label class="button button-quiet attach" title={t("files.attach")}>
      <Icon name="attach" />
      <span class="visually-hidden">{t("files.attach")}</span>
      <input
        type="file"
        multiple
        class="visually-hidden"
        onChange={({ currentTarget }) => {
          const files = Array.from(currentTarget.files ?? []);
          // The same file may be chosen again.
          currentTarget.value = "";
          if (files.length > 0) choose(files);
        }}
      />
    </label>
  );
}
