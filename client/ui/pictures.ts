/**
 * A picture for each group of the safety code, for comparing at a glance and for recognising a group again
 * while reading. The digits are what counts: a picture holds 6 of a group's 16 bits.
 */

/** 64 that no two people call the same, and that no two systems draw alike enough to be mistaken. */
const PICTURES = (
  "🐶 🐱 🐭 🐰 🐻 🐼 🐸 🐵 🐔 🐧 🦉 🐝 🐢 🐍 🐙 🐟 " +
  "🐳 🐘 🐫 🐑 🦋 🐌 🌵 🌲 🌻 🍁 🍄 🌍 🌙 ⛄ 🔥 🌈 " +
  "🍎 🍌 🍒 🍓 🍋 🌽 🥕 🍞 🧀 🥚 🍪 🎂 🍯 ☕ 🎈 🎁 " +
  "🎸 🥁 🎺 🎲 ⚽ 🚲 🚂 🚀 ⛵ ⏰ 🔑 🔔 📎 📷 💡 🧲"
).split(" ");

/** The picture of five digits; the same for everybody. */
export function pictureOf(group: string): string {
  return PICTURES[Number.parseInt(group, 10) % PICTURES.length] ?? "";
}
