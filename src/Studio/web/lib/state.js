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
