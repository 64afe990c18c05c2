// Text from outside is shown as text nodes. What cannot be seen in it, or would reorder what is around it, is shown as an escape.

const HIDDEN =
  // eslint-disable-next-line no-control-regex
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** Returns a text whose control, format and unpaired characters are visible escapes such as \x1b and \u202e. */
export function visible(text) {
  return String(text ?? "").replace(HIDDEN, (sign) => {
    const code = sign.charCodeAt(0);
    return code < 256 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}

/** Returns a visible text of at most `longest` characters, with a mark that says how many are left out. */
export function cut(text, longest) {
  const whole = String(text ?? "");
  if (whole.length <= longest) return visible(whole);
  return `${visible(whole.slice(0, longest))} … [${(whole.length - longest).toLocaleString("en")} more characters]`;
}

/** Returns one line of foreign text for a cell or a heading. */
export const label = (text, longest = 160) => cut(String(text ?? "").replace(/[\r\n\t]+/g, " "), longest);

/** Returns a metric with four significant decimals; a dash where there is none. */
export function number(value) {
  if (value === null || value === undefined) return "–";
  if (typeof value === "string") return value;
  if (Number.isInteger(value)) return value.toLocaleString("en");
  const size = Math.abs(value);
  return size !== 0 && (size < 0.001 || size >= 1e6) ? value.toExponential(3) : value.toFixed(4);
}

const SHARES = /^(eval_|validation_|binary_(precision|recall|accuracy|f1)$|proposal_recall)/;

/** Returns whether a metric's value says that there was nothing to measure, such as objects of a size that no image has. */
export const isNothing = (metric, value) => value === -1 && SHARES.test(metric);

/** Returns the value of a metric as text. */
export const measure = (metric, value) => number(isNothing(metric, value) ? null : value);

/** Returns a duration such as 4 s, 3:07 min or 2:05:09 h. */
export function duration(seconds) {
  if (seconds === null || seconds === undefined) return "–";
  const whole = Math.max(0, Math.round(seconds));
  const two = (part) => String(part).padStart(2, "0");
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}:${two(whole % 60)} min`;
  return `${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)} h`;
}

/** Returns a size such as 12 B, 3.4 KiB or 200.0 MiB. */
export function bytes(count) {
  if (count === null || count === undefined) return "–";
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let [value, unit] = [count, 0];
  while (value >= 1024 && unit < units.length - 1) [value, unit] = [value / 1024, unit + 1];
  return unit === 0 ? `${value} B` : `${value.toFixed(1)} ${units[unit]}`;
}

/** Returns a time in the reader's time zone. */
export function time(text) {
  const date = new Date(text ?? NaN);
  return Number.isNaN(date.getTime()) ? "–" : date.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });
}

/** Returns the time of day in the reader's time zone. */
export function clock(text) {
  const date = new Date(text ?? NaN);
  return Number.isNaN(date.getTime()) ? "–" : date.toLocaleTimeString(undefined, { timeStyle: "medium" });
}
