import { useEffect, useState } from "./html.js";
import { listen } from "./api.js";

/**
 * Loads data, and loads it again when an event concerns it.
 *
 * Events arrive in bursts: there is at most one request at a time, and one more after the last event.
 */
export function useData(load, dependencies, concerns = null) {
  const [state, setState] = useState({ data: null, error: null });
  useEffect(() => {
    let [isCurrent, isBusy, isStale, timer] = [true, false, false, null];
    const run = async () => {
      if (isBusy) {
        isStale = true;
        return;
      }
      isBusy = true;
      try {
        const data = await load();
        if (isCurrent) setState({ data, error: null });
      } catch (error) {
        if (isCurrent) setState((before) => ({ data: before.data, error }));
      }
      isBusy = false;
      if (isStale && isCurrent) {
        isStale = false;
        timer = setTimeout(run, 250);
      }
    };
    setState({ data: null, error: null });
    run();
    const stop = concerns === null ? () => {} : listen((kind, data) => (kind === "reset" || concerns(kind, data)) && run());
    return () => {
      isCurrent = false;
      clearTimeout(timer);
      stop();
    };
  }, dependencies);
  return state;
}

/** Keeps a choice of the reader in this browser. */
export function useKept(key, otherwise) {
  const [value, setValue] = useState(() => {
    try {
      return JSON.parse(localStorage.getItem(`studio.${key}`)) ?? otherwise;
    } catch {
      return otherwise;
    }
  });
  return [
    value,
    (next) => {
      setValue(next);
      try {
        localStorage.setItem(`studio.${key}`, JSON.stringify(next));
      } catch {
        // A browser without storage forgets the choice.
      }
    },
  ];
}

const shared = new Map();

/** Shares a value among all views of the page, such as the score threshold. */
export function useShared(key, otherwise) {
  if (!shared.has(key)) shared.set(key, { value: otherwise, setters: new Set() });
  const entry = shared.get(key);
  const [, renderAgain] = useState(0);
  useEffect(() => {
    const setter = () => renderAgain((count) => count + 1);
    entry.setters.add(setter);
    return () => entry.setters.delete(setter);
  }, [key]);
  return [
    entry.value,
    (next) => {
      entry.value = next;
      for (const setter of entry.setters) setter();
    },
  ];
}
