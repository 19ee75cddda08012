/** Kinds of values that several variables have; every complaint says what is allowed and repeats nothing of the value. */
import * as v from "valibot";

/** A whole number in plain digits. */
export function wholeNumber(least: number, most: number) {
  const allowed = `allowed: a whole number from ${least} to ${most}`;
  return v.pipe(
    v.string(),
    v.regex(/^[0-9]{1,15}$/, allowed),
    v.transform(Number),
    v.minValue(least, allowed),
    v.maxValue(most, allowed),
  );
}

/** "yes" and nothing like it; "no" where it is not said. */
export const YES_OR_NO = v.optional(
  v.pipe(
    v.picklist(["yes", "no"], "allowed: yes, no"),
    v.transform((text) => text === "yes"),
  ),
  "no",
);

/** The path of a file that is read at the start. */
export const FILE = v.pipe(v.string(), v.nonEmpty("allowed: the path of a file"));
