/** Shows one scene: `?scene=<name>`, in the browser's language. Development only; no page that is built refers to it. */
import { render } from "preact";
import { speak } from "../../i18n/i18n.ts";
import { App } from "../App.tsx";
import { followLanguage } from "../page-language.ts";
import { loadRoomScreen } from "../room-screen.ts";
import { scenes } from "./scenes.ts";

await speak(navigator.languages);
followLanguage();
await loadRoomScreen();
const root = document.getElementById("app");
const name = new URLSearchParams(location.search).get("scene") ?? "";
const scene = scenes.get(name);
if (root !== null && scene !== undefined) render(<App client={scene()} />, root);
else if (root !== null) {
  render(
    <ul>
      {[...scenes.keys()].map((each) => (
        <li key={each}>
          <a href={`?scene=${each}`}>{each}</a>
        </li>
      ))}
    </ul>,
    root,
  );
}
