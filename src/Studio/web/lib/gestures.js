import { useRef } from "./html.js";

const MOST = 20;

/** The view that shows the whole picture: zoom, and the shift of its left upper corner in pixels of the screen. */
export const FIT = { zoom: 1, x: 0, y: 0 };

const within = (zoom) => Math.min(MOST, Math.max(1, zoom));

/** Returns a view that is zoomed by a factor while a point of the screen keeps its place in the picture. */
export function zoomAt(view, factor, x = 0, y = 0) {
  const zoom = within(view.zoom * factor);
  const share = zoom / view.zoom;
  return zoom === 1 ? FIT : { zoom, x: x - (x - view.x) * share, y: y - (y - view.y) * share };
}

/**
 * Moves and zooms a picture by mouse, pen and fingers: one pointer moves it once it is zoomed, two zoom it.
 *
 * Returns the properties of the element that holds the picture.
 */
export function useGestures(view, setView) {
  const pointers = useRef(new Map());
  const at = (event) => {
    const { left, top } = event.currentTarget.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };
  const span = ([first, second]) => ({
    distance: Math.max(1, Math.hypot(first.x - second.x, first.y - second.y)),
    x: (first.x + second.x) / 2,
    y: (first.y + second.y) / 2,
  });
  const end = (event) => pointers.current.delete(event.pointerId);
  return {
    class: `stage ${view.zoom > 1 ? "zoomed" : ""}`,
    onPointerDown: (event) => {
      if (event.button !== 0) return;
      pointers.current.set(event.pointerId, at(event));
      event.currentTarget.setPointerCapture(event.pointerId);
    },
    onPointerMove: (event) => {
      const known = pointers.current.get(event.pointerId);
      if (!known || pointers.current.size > 2) return;
      const before = [...pointers.current.values()];
      const now = at(event);
      pointers.current.set(event.pointerId, now);
      if (before.length === 1) {
        setView((one) => (one.zoom > 1 ? { ...one, x: one.x + now.x - known.x, y: one.y + now.y - known.y } : one));
        return;
      }
      const [from, to] = [span(before), span([...pointers.current.values()])];
      setView((one) => {
        const next = zoomAt(one, to.distance / from.distance, to.x, to.y);
        return next.zoom > 1 ? { ...next, x: next.x + to.x - from.x, y: next.y + to.y - from.y } : next;
      });
    },
    onPointerUp: end,
    onPointerCancel: end,
    onLostPointerCapture: end,
    onDragStart: (event) => event.preventDefault(),
  };
}
