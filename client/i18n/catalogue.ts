/** What a catalogue is, told by the compiler: the English texts say which keys there are and what goes into each. */
import type { en } from "./en.ts";

type English = typeof en;
/** A name without the plural form that it ends in. */
type Stem<Name> = Name extends `${infer Start}_${Intl.LDMLPluralRule}` ? Start : Name;
/** Names of plural forms, such as "unseen_one". */
type Forms<Texts> = Extract<keyof Texts, `${string}_${Intl.LDMLPluralRule}`>;
/** The names in double braces in a text. */
type NamesIn<Text> = Text extends `${string}{{${infer Name}}}${infer Rest}`
  ? Name | NamesIn<Rest>
  : never;

/** Where a text stands: "section.name", without a plural form. */
export type Key = {
  [Section in keyof English]: `${Section}.${Stem<keyof English[Section] & string>}`;
}[keyof English];

/** What goes into the text of a key; where there are plural forms, always the number that chooses one. */
type NamesOf<K extends Key> = K extends `${infer Section extends keyof English}.${infer Name}`
  ? Name extends keyof English[Section]
    ? NamesIn<English[Section][Name]>
    : "count" | NamesIn<English[Section][`${Name}_other` & keyof English[Section]]>
  : never;

/** The values that the text of a key wants: none, or one by each name; `count` is a number. */
export type Values<K extends Key> = [NamesOf<K>] extends [never]
  ? []
  : [values: { readonly [Name in NamesOf<K>]: Name extends "count" ? number : string }];

/**
 * All texts in one language, with the plural forms that this language has (CLDR). The compiler knows no languages:
 * that the forms are the right ones, catalogues.test.ts looks.
 */
export type Catalogue = {
  readonly [Section in keyof English]: {
    readonly [Name in Exclude<keyof English[Section], Forms<English[Section]>>]: string;
  } & {
    readonly [Name in Stem<Forms<English[Section]>> as `${Name}_other`]: string;
  } & {
    readonly [Name in Stem<Forms<English[Section]>> as `${Name}_${OtherForm}`]?: string;
  };
};
type OtherForm = Exclude<Intl.LDMLPluralRule, "other">;
