import { html, useEffect, useLayoutEffect, useRef, useState } from "../lib/html.js";
import { api, listen } from "../lib/api.js";
import { bytes, cut } from "../lib/text.js";

const WINDOW = 64 * 1024; // bytes of one request
const MOST_CHUNKS = 10; // chunks that the page holds at a time
const LONGEST_LINE = 4000;
const NEWLINE = 10;

/**
 * Reads a window and cuts it at line ends, so that every line is whole. A line longer than the window stays in parts.
 *
 * isLineStart: whether a line begins at `offset`. The line that has no end yet is `rest`; the next window reads it again.
 */
async function read(job, offset, length, isLineStart) {
  const window = await api.log(job, offset, length);
  let { offset: start, content } = window;
  if (start > 0 && !isLineStart) {
    const first = content.indexOf(NEWLINE) + 1;
    if (first > 0 && first < content.length) [start, content] = [start + first, content.subarray(first)];
  }
  const whole = content.lastIndexOf(NEWLINE) + 1 || (content.length < length ? 0 : content.length);
  const decode = (part) => new TextDecoder().decode(part);
  return { start, end: start + whole, size: window.size, text: decode(content.subarray(0, whole)), rest: decode(content.subarray(whole)) };
}

/** Shows the log of a job by windows of bytes: its end as it grows, any other place on request. */
export function Log({ job }) {
  const [chunks, setChunks] = useState([]);
  const [size, setSize] = useState(job.logBytes ?? 0);
  const [isFollowing, setFollowing] = useState(true);
  const [search, setSearch] = useState("");
  const [found, setFound] = useState(null);
  const [said, setSaid] = useState("");
  const box = useRef(null);
  const state = useRef({ chunks: [], isBusy: false, isStale: false, isFollowing: true });
  state.current.isFollowing = isFollowing;

  const show = (next) => {
    state.current.chunks = next;
    setChunks(next);
  };

  const guarded = async (action) => {
    if (state.current.isBusy) {
      state.current.isStale = true;
      return;
    }
    state.current.isBusy = true;
    try {
      do {
        state.current.isStale = false;
        await action();
      } while (state.current.isStale && state.current.isFollowing);
    } catch (error) {
      setSaid(`The log cannot be read: ${error.message}`);
    }
    state.current.isBusy = false;
  };

  const toEnd = () =>
    guarded(async () => {
      const { chunks: known } = state.current;
      const last = known.at(-1);
      let chunk = await (last && state.current.isFollowing && last.isEnd
        ? read(job.name, last.end, WINDOW, true)
        : read(job.name, -WINDOW, WINDOW, false));
      if (last?.isEnd && chunk.size - last.end > WINDOW) chunk = await read(job.name, -WINDOW, WINDOW, false);
      setSize(chunk.size);
      if (chunk.end > chunk.start || !last || chunk.rest !== last.rest)
        show(
          [
            ...(last && chunk.start === last.end
              ? known.filter((one) => one.end > one.start).map((one) => ({ ...one, isEnd: false }))
              : []),
            { ...chunk, isEnd: true },
          ].slice(-MOST_CHUNKS),
        );
    });

  const toOffset = (offset) =>
    guarded(async () => {
      setFollowing(false);
      state.current.isFollowing = false;
      const start = Math.max(0, offset - WINDOW / 4);
      const chunk = await read(job.name, start, WINDOW, false);
      setSize(chunk.size);
      show([{ ...chunk, isEnd: chunk.end + chunk.rest.length >= chunk.size }]);
      setFound(offset);
    });

  const before = () =>
    guarded(async () => {
      const first = state.current.chunks[0];
      const start = Math.max(0, first.start - WINDOW);
      const chunk = await read(job.name, start, first.start - start, false);
      show(
        [chunk, ...state.current.chunks]
          .slice(0, MOST_CHUNKS)
          .map((one, index, all) => (index === all.length - 1 ? one : { ...one, isEnd: false })),
      );
    });

  const after = () =>
    guarded(async () => {
      const last = state.current.chunks.at(-1);
      const chunk = await read(job.name, last.end, WINDOW, true);
      setSize(chunk.size);
      show([...state.current.chunks, { ...chunk, isEnd: chunk.end + chunk.rest.length >= chunk.size }].slice(-MOST_CHUNKS));
    });

  useEffect(() => {
    state.current.chunks = [];
    toEnd();
    return listen((kind, data) => {
      if (kind === "reset" || (kind === "log" && data.job === job.name)) {
        if (data.bytes) setSize(data.bytes);
        if (state.current.isFollowing) toEnd();
      }
    });
  }, [job.name]);

  useLayoutEffect(() => {
    if (isFollowing && box.current) box.current.scrollTop = box.current.scrollHeight;
    else if (found !== null) box.current?.querySelector("mark")?.scrollIntoView({ block: "center" });
  }, [chunks, isFollowing, found]);

  const find = async (direction) => {
    if (!search) return;
    const from = found === null ? (direction === "next" ? 0 : size) : found + (direction === "next" ? 1 : -1);
    try {
      const { matches } = await api.search(job.name, search, Math.max(0, from), direction);
      if (matches.length === 0) setSaid(`"${search}" is not found ${direction === "next" ? "below" : "above"}.`);
      else {
        setSaid("");
        await toOffset(matches[0].offset);
      }
    } catch (error) {
      setSaid(error.message);
    }
  };

  const toError = async () => {
    const offset = await api.firstError(job.name);
    if (offset === null) setSaid("The log has no line that looks like an error.");
    else await toOffset(offset);
  };

  const start = chunks[0]?.start ?? 0;
  const end = chunks.at(-1)?.end ?? 0;
  return html`<div>
    <form
      class="bar"
      onSubmit=${(event) => {
        event.preventDefault();
        find("next");
      }}
    >
      <label
        >Search
        <input
          type="search"
          value=${search}
          onInput=${(event) => {
            setSearch(event.target.value);
            setFound(null);
          }}
      /></label>
      <button type="button" onClick=${() => find("previous")}>Previous</button><button type="submit">Next</button>
      <button type="button" onClick=${toError}>First error</button>
      <label
        ><input
          type="checkbox"
          checked=${isFollowing}
          onChange=${(event) => {
            setFollowing(event.target.checked);
            state.current.isFollowing = event.target.checked;
            if (event.target.checked) {
              setFound(null);
              toEnd();
            }
          }}
        />
        follow</label
      >
      <span class="muted">${bytes(end - start)} of ${bytes(size)}</span>
      <span role="status">${cut(said, 200)}</span>
    </form>
    <div
      class="log"
      ref=${box}
      tabindex="0"
      role="log"
      aria-live="off"
      aria-label="Log"
      onWheel=${() => {
        if (box.current && box.current.scrollHeight - box.current.scrollTop - box.current.clientHeight > 40) setFollowing(false);
      }}
    >
      ${
        start > 0 &&
        html`<button
          type="button"
          onClick=${() => {
            setFollowing(false);
            before();
          }}
        >
          Earlier lines
        </button>`
      }
      ${chunks.map((chunk) => html`<${Chunk} key=${chunk.start} chunk=${chunk} found=${found} />`)}
      ${end < size && !isFollowing && html`<button type="button" onClick=${after}>Later lines</button>`}
    </div>
  </div>`;
}

function Chunk({ chunk, found }) {
  const encoder = new TextEncoder();
  let offset = chunk.start;
  const lines = chunk.text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  if (chunk.isEnd && chunk.rest) lines.push(chunk.rest);
  return html`<div class="chunk">
    ${lines.map((line) => {
      const from = offset;
      offset += (found === null ? line.length : encoder.encode(line).length) + 1;
      if (found === null || found < from || found >= offset) return html`<div class="line">${cut(line, LONGEST_LINE) || " "}</div>`;
      const place = new TextDecoder().decode(encoder.encode(line).subarray(0, found - from)).length;
      return html`<div class="line"><mark>${around(line, place) || " "}</mark></div>`;
    })}
  </div>`;
}

/** Returns a line as it is shown; of a long one the part around a place. */
function around(line, place) {
  const first = line.length <= LONGEST_LINE || place < LONGEST_LINE / 2 ? 0 : place - LONGEST_LINE / 4;
  return `${first ? `[${first.toLocaleString("en")} characters before] … ` : ""}${cut(line.slice(first), LONGEST_LINE)}`;
}
