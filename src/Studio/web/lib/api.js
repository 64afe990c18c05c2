// The server's JSON API. Every request stays on this origin.

const encode = (name) => encodeURIComponent(name);

// A class may have a comma in its name, and so a metric: each name is a parameter of its own.
const many = (key, names) => names.map((name) => `${key}=${encode(name)}`).join("&");

// A browser would take "." and ".." for folders of the address.
const encodePath = (path) =>
  path
    .split("/")
    .map((part) => (/^\.+$/.test(part) ? "" : encode(part)))
    .join("/");

async function answer(response) {
  if (response.ok) return response;
  let message = `${response.status} ${response.statusText}`;
  try {
    message = (await response.json()).error ?? message;
  } catch {
    // The answer is no JSON; its status says enough.
  }
  throw new Error(message);
}

const json = async (path, options) => (await answer(await fetch(`api/${path}`, options))).json();

export const api = {
  store: () => json("store"),
  jobs: async () => (await json("jobs")).jobs,
  job: (name) => json(`jobs/${encode(name)}`),
  metrics: async (name, names, points = 1000) =>
    (await json(`jobs/${encode(name)}/metrics?${many("names", names)}&points=${points}`)).series,
  artifacts: async (name) => (await json(`jobs/${encode(name)}/artifacts`)).artifacts,
  images: (name) => json(`jobs/${encode(name)}/images`),
  sweep: (name) => json(`sweeps/${encode(name)}`),
  clusters: async () => (await json("clusters")).clusters,
  dataset: (name) => json(`datasets/${encode(name)}`),
  compare: (names) => json(`compare?${many("jobs", names)}`),
  search: (name, text, from, direction) =>
    json(`jobs/${encode(name)}/log/search?text=${encode(text)}&from=${from}&direction=${direction}&limit=1`),
  firstError: async (name) => (await json(`jobs/${encode(name)}/log/error`)).offset,
  /** Returns a window of the log: its bytes, the offset of the first of them, and the size of the log now. */
  log: async (name, offset, length) => {
    const response = await answer(await fetch(`api/jobs/${encode(name)}/log?offset=${offset}&length=${length}`));
    return {
      offset: Number(response.headers.get("X-Log-Offset")),
      size: Number(response.headers.get("X-Log-Bytes")),
      content: new Uint8Array(await response.arrayBuffer()),
    };
  },
  artifactAddress: (name, path) => `api/jobs/${encode(name)}/artifacts/${encodePath(path)}`,
  imageAddress: (name, file) => `api/jobs/${encode(name)}/images/${encodePath(file)}`,
  artifact: async (name, path) => (await answer(await fetch(api.artifactAddress(name, path)))).json(),
  order: (name, what) => json(`jobs/${encode(name)}/${what}`, { method: "POST", headers: { "X-Studio-Confirm": encode(name) } }),
};

const listeners = new Set();
let source = null;

/** Calls `listener(kind, data)` for each event of the server until the returned function is called. */
export function listen(listener) {
  if (source === null) {
    source = new EventSource("api/events");
    for (const kind of ["job", "metrics", "log", "reset"]) {
      source.addEventListener(kind, (event) => {
        const data = event.data ? JSON.parse(event.data) : {};
        for (const each of listeners) each(kind, data);
      });
    }
  }
  listeners.add(listener);
  return () => listeners.delete(listener);
}
