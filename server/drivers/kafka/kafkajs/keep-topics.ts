/** Makes the topics anew where Kafka came back without them: its log lies in memory, and a broker may start empty. */
import type { Stop } from "../../../../shared/clock.ts";
import type { OrderTopic } from "../order-topic.ts";
import type { KafkaLink } from "./link.ts";
import type { TopicWishes } from "./topic-settings.ts";
import { openTopics } from "./topics.ts";

export interface KeepTopicsParts {
  readonly link: KafkaLink;
  /** With as many partitions as were found at the start. */
  readonly wishes: TopicWishes;
  readonly topic: Pick<OrderTopic, "marks">;
  /** Sentences for the operator: what came back is not fit. */
  readonly found: (problems: readonly string[]) => void;
}

const LOOK_MS = 2_000;

/** Looks every 2 s; a broker that cannot be reached, or lacks the topics, is asked whether they exist. */
export function keepTopics({ link, wishes, topic, found }: KeepTopicsParts): Stop {
  let isOver = false;
  let stop: Stop = () => undefined;
  let told = "";

  async function look(): Promise<void> {
    try {
      await topic.marks(0);
    } catch {
      const opened = await openTopics(link, wishes).catch(() => null);
      const problems = opened?.problems ?? [];
      // The same at every look is said once.
      if (problems.length > 0 && problems.join("\n") !== told) found(problems);
      told = problems.join("\n");
    }
    if (!isOver) stop = link.clock.after(LOOK_MS, () => void look());
  }

  stop = link.clock.after(LOOK_MS, () => void look());
  return () => {
    isOver = true;
    stop();
  };
}
