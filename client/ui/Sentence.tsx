import { NAME } from "../i18n/i18n.ts";
import { Name } from "./Name.tsx";

interface SentenceProps {
  /** A translated text with `NAME` where the nickname goes. */
  readonly text: string;
  readonly name: string;
}

/** A text with somebody's name in it, which cannot reorder the words around it. */
export function Sentence({ text, name }: SentenceProps) {
  const [start, ...rest] = text.split(NAME);
  return (
    <>
      {start}
      {rest.map((part, index) => (
        <span key={index}>
          <Name nickname={name} />
          {part}
        </span>
      ))}
    </>
  );
}
