import { html } from "../lib/html.js";
import { label } from "../lib/text.js";

const COLORS = 8; // as many as the stylesheet has

/** Names the classes by the colors of their boxes. */
export function ClassKeys({ classes }) {
  return html`<p class="keys">
    ${classes.map((name, index) => html`<span><span class=${`swatch class-${index % COLORS}`} aria-hidden="true"></span>${label(name, 40)}</span>`)}
  </p>`;
}

/**
 * Draws small pictures with their boxes over them.
 *
 * pictures: [{address, width, height, caption, boxes: [{box: [x, y, width, height], place, isMeant}]}]; place is that of the class, and
 * a box that is meant is dashed. address may be null. classes: names of the classes.
 */
export function ContactSheet({ pictures, classes = [] }) {
  return html`<div class="pictures">
    ${pictures.map(
      ({ address, width, height, caption, boxes }) =>
        html`<figure>
          ${
            address !== null &&
            html`<div class="framed">
              <img loading=${address.startsWith("data:") ? "eager" : "lazy"} src=${address} width=${width} height=${height} alt=${label(caption)} />
              ${
                boxes?.length > 0 &&
                html`<svg viewBox=${`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true">
                  ${boxes.map(
                    ({ box: [x, y, across, down], place, isMeant }) =>
                      html`<rect class=${`class-${place % COLORS} ${isMeant ? "meant" : ""}`} x=${x} y=${y} width=${across} height=${down}
                        ><title>${label(classes[place], 60)}</title></rect
                      >`,
                  )}
                </svg>`
              }
            </div>`
          }
          <figcaption>${label(caption)}</figcaption>
        </figure>`,
    )}
  </div>`;
}
