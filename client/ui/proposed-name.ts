import { useSignal, type Signal } from "@preact/signals";
import { useMemo, useRef } from "preact/hooks";
import { language } from "../i18n/i18n.ts";
import { randomName } from "./random-name.ts";

/** A proposed nickname, to be changed at will; while it is the proposed one, another language proposes another. */
export function useProposedName(): Signal<string> {
  const name = useSignal("");
  const proposed = useRef("");
  useMemo(() => {
    if (name.peek() !== proposed.current) return;
    proposed.current = randomName();
    name.value = proposed.current;
  }, [language()]);
  return name;
}
