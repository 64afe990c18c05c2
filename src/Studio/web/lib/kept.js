import { useEffect, useState } from "./html.js";

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
