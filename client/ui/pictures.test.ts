import { expect, it } from "vitest";
import { pictureOf } from "./pictures.ts";

it("has 64 pictures, each once", () => {
  const all = Array.from({ length: 64 }, (_, i) => pictureOf(String(i).padStart(5, "0")));
  expect(new Set(all).size).toBe(64);
  expect(all.every((picture) => /^\p{Extended_Pictographic}$/u.test(picture))).toBe(true);
});

it("shows the same picture for the same digits, to everybody", () => {
  expect(pictureOf("00000")).toBe("🐶");
  expect(pictureOf("00064")).toBe("🐶");
  expect(pictureOf("58391")).toBe(pictureOf(String(58_391 % 64)));
});

it("shows nothing for what is no number", () => {
  expect(pictureOf("")).toBe("");
});
