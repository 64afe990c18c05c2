import { html, render, useEffect, useState } from "./lib/html.js";
import { api } from "./lib/api.js";
import { useKept } from "./lib/kept.js";
import { useData } from "./lib/state.js";
import { label } from "./lib/text.js";
import { Clusters } from "./views/clusters.js";
import { Compare } from "./views/compare.js";
import { Job } from "./views/job.js";
import { Jobs } from "./views/jobs.js";

const decode = (part) => {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // an address that somebody typed
  }
};

/** Reads the view from the address: #/jobs/NAME/TAB?key=value. */
function readRoute() {
  const [path, search = ""] = location.hash.replace(/^#\/?/, "").split("?");
  const [view = "", name = "", tab = "overview"] = path.split("/").map(decode);
  return { view, name, tab, query: Object.fromEntries(new URLSearchParams(search)) };
}

function useRoute() {
  const [route, setRoute] = useState(readRoute);
  useEffect(() => {
    const changed = () => {
      setRoute(readRoute());
      window.scrollTo(0, 0);
    };
    window.addEventListener("hashchange", changed);
    return () => window.removeEventListener("hashchange", changed);
  }, []);
  return route;
}

function App() {
  const { view, name, tab, query } = useRoute();
  const store = useData(api.store, []);
  const [theme, setTheme] = useKept("theme", "");
  useEffect(() => {
    if (theme) document.documentElement.dataset.theme = theme;
    else delete document.documentElement.dataset.theme;
    window.dispatchEvent(new Event("studio-theme"));
  }, [theme]);
  const features = store.data?.features ?? {};
  const title = view === "jobs" && name ? name : view === "compare" ? "Compare" : view === "clusters" ? "Clusters" : "Jobs";
  useEffect(() => {
    document.title = `${label(title, 80)} · Studio`;
  }, [title]);
  const links = [["jobs", "Jobs"], ...(features.clusters ? [["clusters", "Clusters"]] : [])];
  return html`<a
      class="skip"
      href="#main"
      onClick=${(event) => {
        event.preventDefault();
        document.getElementById("main").focus();
      }}
      >Skip to the content</a
    >
    <header class="top">
      <a class="brand" href="#/jobs"><img src="icon.svg" alt="" width="22" height="22" /> Studio</a>
      <nav aria-label="Views">
        ${links.map(([key, words]) => html`<a href=${`#/${key}`} aria-current=${(view || "jobs") === key && !name ? "page" : undefined}>${words}</a>`)}
      </nav>
      <span class="muted store">${label(store.data?.name, 80)}</span>
      <label class="theme"
        ><span class="hidden">Colors</span
        ><select value=${theme} onChange=${(event) => setTheme(event.target.value)}>
          <option value="">as the system</option>
          <option value="light">light</option>
          <option value="dark">dark</option>
        </select></label
      >
    </header>
    <main id="main" tabindex="-1">
      ${
        store.error
          ? html`<p class="fault" role="alert">The server does not answer: ${label(store.error.message, 300)}</p>`
          : view === "compare"
            ? html`<${Compare} key=${name} names=${name.split(",").filter(Boolean)} />`
            : view === "clusters"
              ? html`<${Clusters} />`
              : name
                ? html`<${Job} key=${name} name=${name} tab=${tab} query=${query} features=${features} />`
                : html`<${Jobs} />`
      }
    </main>`;
}

render(html`<${App} />`, document.getElementById("app"));
