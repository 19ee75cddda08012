/** Shows one scene: `?scene=<name>`. Development only; no page that is built refers to it. */
import { render } from "preact";
import { App } from "../App.tsx";
import { scenes } from "./scenes.ts";

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
