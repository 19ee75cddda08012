import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { t } from "../i18n/i18n.ts";
import type { ClientView, EnteringStep } from "../state/view.ts";
import { Brand } from "./Brand.tsx";
import { Icon } from "./Icon.tsx";
import { ScreenTitle } from "./ScreenTitle.tsx";

const STEPS = ["keys", "connecting", "waiting"] as const satisfies readonly EnteringStep[];
/** A relay that was not reached within this time is told to be out of reach; it is tried on and on. */
const PATIENCE_MS = 8_000;

interface EnteringScreenProps {
  readonly client: ClientView;
  readonly step: EnteringStep;
}

/** The way in, step by step; and what to do where there is none. */
export function EnteringScreen({ client, step }: EnteringScreenProps) {
  const current = STEPS.indexOf(step);
  const isLong = useSignal(false);
  useEffect(() => {
    isLong.value = false;
    const timer = setTimeout(() => (isLong.value = true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [step]);
  const isUnreachable = isLong.value && step === "connecting";
  return (
    <div class="single">
      <header>
        <Brand />
      </header>
      <main class="card">
        <ScreenTitle>{t("entering.title")}</ScreenTitle>
        <hr class={`horizon horizon-${step}`} />
        <ol class="steps">
          {STEPS.map((each, index) => (
            <Step key={each} step={each} place={Math.sign(index - current)} />
          ))}
        </ol>
        <output class="visually-hidden">{t(`entering.${step}`)}</output>
        {isUnreachable && (
          <div class="card-notice" role="alert">
            <h3>{t("entering.unreachable")}</h3>
            <p>{t("entering.unreachableDo")}</p>
          </div>
        )}
        <div class="actions">
          <button type="button" class="button" onClick={() => client.restart()}>
            {t("entering.cancel")}
          </button>
        </div>
      </main>
    </div>
  );
}

interface StepProps {
  readonly step: EnteringStep;
  /** Below 0: done; 0: under way; above 0: to come. */
  readonly place: number;
}

function Step({ step, place }: StepProps) {
  const state = place < 0 ? "done" : place === 0 ? "now" : "later";
  return (
    <li class={`step step-${state}`} aria-current={place === 0 ? "step" : undefined}>
      <Icon name={place < 0 ? "check" : "wait"} />
      <span>{t(`entering.${step}`)}</span>
      <span class="step-state">{t(`entering.${state}`)}</span>
    </li>
  );
}
