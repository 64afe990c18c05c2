"""Draws synthetic road images with potholes: the same pixels on every machine.

The drawing uses the numbers of ``drawing.RandomStream``, and ``+ - * /``, ``sqrt`` and ``floor`` of single elements,
which IEEE 754 defines to the last bit. Sines, powers and sums over arrays are avoided: they differ between C libraries,
vector units and numpy versions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from detection.data.demo.drawing import Floats, RandomStream, encode_png, smooth_step

WIDTH, HEIGHT = 256, 192  # pixels

_MAX_POTHOLES = 4
_LEAST_SIDE = 12  # pixels; a pothole with a smaller visible part is not drawn
_ATTEMPTS = 40

# An image has 256 colours: levels of brightness of three materials.
_ASPHALT, _YELLOW, _VERGE = 0, 1, 2
_FIRST_COLOUR = np.array([0, 160, 200])
_LEVELS = np.array([160, 40, 56])


@dataclass(frozen=True)
class RoadPicture:
    """One image and its potholes.

    Attributes:
        png: The file, an 8-bit PNG with palette.
        boxes: xyxy in whole pixels, 0 ≤ xmin < xmax ≤ WIDTH and likewise y; each tight around its visible part.
    """

    png: bytes
    boxes: tuple[tuple[int, int, int, int], ...]


def draw_road_picture(seed: int, index: int, *, with_potholes: bool) -> RoadPicture:
    """Draws an image of a series.

    Args:
        seed: Decides the series.
        index: Place of the image in the series.
        with_potholes: Whether it has 1 to 4 potholes, or none.
    """
    road = _Road(RandomStream(seed, index))
    road.add_markings()
    road.add_patches()
    road.add_stains()
    road.add_cracks()
    road.add_verge()
    boxes = road.add_potholes() if with_potholes else []
    road.add_light()
    return RoadPicture(road.to_png(), tuple(boxes))


class _Road:
    """The unfinished image: brightness in [0, 1] and material of each pixel."""

    def __init__(self, random: RandomStream) -> None:
        self._random = random
        self._x, self._y = np.arange(WIDTH) + 0.5, (np.arange(HEIGHT) + 0.5)[:, None]
        self._material = np.full((HEIGHT, WIDTH), _ASPHALT)
        self._base = random.number(0.40, 0.62)
        self._roughness = random.number(0.6, 1.2)
        self._tint = random.number(-0.05, 0.06)  # negative: bluish, positive: brownish
        self._light = random.direction()  # direction towards the sun

        self._level = (
            self._base
            + 0.05 * random.clouds(60, HEIGHT, WIDTH)
            + 0.03 * random.clouds(17, HEIGHT, WIDTH)
            + 0.03 * random.clouds(5, HEIGHT, WIDTH)
        )
        self._level += self._roughness * 0.13 * random.grain(HEIGHT, WIDTH)
        stones = random.grain(HEIGHT, WIDTH) > 0.62
        self._level[stones] += 0.10 * self._roughness
        # Two wheel tracks, polished a little darker.
        if random.chance(0.5):
            middle = random.number(90, 166)
            for side in (-52.0, 52.0):
                self._level *= 1 - 0.07 * (1 - smooth_step(np.abs(self._x - (middle + side)) / 26))

    def _line(self, tilt: float, offset: float) -> tuple[Floats, Floats]:
        """Returns the distance from a nearly vertical line, and the place along it, in pixels."""
        length = float(np.sqrt(1 + tilt * tilt))
        across = (self._x - offset - tilt * (self._y - HEIGHT / 2)) / length
        along = (self._y + tilt * (self._x - offset)) / length
        return across, along

    def _ellipse(
        self, x: float, y: float, long: float, short: float, cosine: float, sine: float
    ) -> tuple[Floats, Floats]:
        """Returns coordinates in which the ellipse with these half axes is the unit circle."""
        dx, dy = self._x - x, self._y - y
        return (dx * cosine + dy * sine) / long, (dy * cosine - dx * sine) / short

    def add_markings(self) -> None:
        """Draws up to two lane markings, solid or dashed, and worn."""
        random = self._random
        tilt, offset, lane = random.number(-0.3, 0.3), random.number(10, WIDTH - 10), random.number(70, 130)
        for line in range(random.whole(0, 2)):
            across, along = self._line(tilt, offset + line * (lane if offset < WIDTH / 2 else -lane))
            paint = np.abs(across) < random.number(2.5, 5.0)
            if random.chance(0.6):  # dashed
                period = random.number(60, 120)
                paint &= (along / period - np.floor(along / period)) < 0.6
            worn = 0.7 * random.clouds(9, HEIGHT, WIDTH) + 0.8 * random.grain(HEIGHT, WIDTH)
            paint &= worn < random.number(0.25, 0.9)
            if random.chance(0.3):
                self._material[paint] = _YELLOW
            self._level[paint] = self._level[paint] * 0.35 + random.number(0.42, 0.58)

    def add_patches(self) -> None:
        """Sometimes draws a rectangle of newer asphalt with a sealed edge."""
        random = self._random
        if not random.chance(0.3):
            return
        u, v = self._ellipse(
            random.number(20, WIDTH - 20), random.number(20, HEIGHT - 20),
            random.number(18, 60), random.number(14, 40), *random.direction(),
        )  # fmt: skip
        outline = np.maximum(np.abs(u), np.abs(v)) + 0.02 * random.clouds(8, HEIGHT, WIDTH)
        patch = outline < 1
        self._level[patch] = self._level[patch] * 0.6 + 0.4 * self._base + random.number(-0.09, 0.07)
        sealed = patch & (outline > 0.93)
        self._level[sealed] -= 0.10

    def add_stains(self) -> None:
        """Draws oil and damp: dark like potholes, but with soft edges, no rim and the texture of the road."""
        random = self._random
        for _ in range(random.whole(0, 2)):
            u, v = self._ellipse(
                random.number(0, WIDTH),
                random.number(0, HEIGHT),
                random.number(8, 34),
                random.number(6, 22),
                *random.direction(),
            )
            distance = np.sqrt(u * u + v * v) + 0.25 * random.clouds(12, HEIGHT, WIDTH)
            self._level *= 1 - random.number(0.10, 0.30) * (1 - smooth_step((distance - 0.3) / 0.9))

    def add_cracks(self) -> None:
        """Draws up to four cracks, each a random walk."""
        random = self._random
        dark = np.zeros((HEIGHT, WIDTH))
        for _ in range(random.whole(0, 4)):
            x, y = random.number(0, WIDTH), random.number(0, HEIGHT)
            dx, dy = random.direction()
            depth, wide = random.number(0.12, 0.28), random.chance(0.3)
            for _ in range(random.whole(30, 190)):
                dx, dy = dx + random.number(-0.35, 0.35), dy + random.number(-0.35, 0.35)
                length = float(np.sqrt(dx * dx + dy * dy)) + 1e-3
                dx, dy = dx / length, dy / length
                x, y = x + dx, y + dy
                column, row = int(np.floor(x)), int(np.floor(y))
                if not (0 <= column < WIDTH - 1 and 0 <= row < HEIGHT - 1):
                    break
                dark[row, column] = depth
                if wide:
                    dark[row, column + 1] = dark[row + 1, column] = depth * 0.7
        self._level -= dark

    def add_verge(self) -> None:
        """Sometimes draws soil and grass along one side, which have no potholes."""
        random = self._random
        if not random.chance(0.25):
            return
        tilt = random.number(-0.2, 0.2)
        across, _ = self._line(tilt, random.number(5, 45))
        if random.chance(0.5):
            across = across[:, ::-1]
        verge = across + 7 * random.clouds(22, HEIGHT, WIDTH) + 3 * random.clouds(6, HEIGHT, WIDTH) < 0
        texture = 0.40 + 0.12 * random.clouds(7, HEIGHT, WIDTH) + 0.3 * random.grain(HEIGHT, WIDTH)
        self._level[verge] = texture[verge]
        self._material[verge] = _VERGE

    def add_potholes(self) -> list[tuple[int, int, int, int]]:
        """Draws 1 to 4 separate potholes and returns their boxes."""
        random = self._random
        wanted = 1 + sum(random.chance(share) for share in (0.5, 0.4, 0.3))
        boxes: list[tuple[int, int, int, int]] = []
        for _ in range(_ATTEMPTS):
            box = self._try_pothole(boxes)
            if box is not None:
                boxes.append(box)
            if len(boxes) == min(wanted, _MAX_POTHOLES):
                break
        return boxes

    def _try_pothole(self, boxes: list[tuple[int, int, int, int]]) -> tuple[int, int, int, int] | None:
        random = self._random
        share = random.number()
        long = 10 + 30 * (0.4 * share + 0.6 * share * share)  # half axis, pixels
        short = long * random.number(0.55, 0.95)
        cosine, sine = random.direction()
        x, y = random.number(0, WIDTH), random.number(0, HEIGHT)
        # Only this window is drawn on: hole and rim reach no further.
        left, right = max(0, int(x - 1.5 * long)), min(WIDTH, int(x + 1.5 * long) + 1)
        top, bottom = max(0, int(y - 1.5 * long)), min(HEIGHT, int(y + 1.5 * long) + 1)
        window = (slice(top, bottom), slice(left, right))
        u, v = (part[window] for part in self._ellipse(x, y, long, short, cosine, sine))
        outline = random.number(0.06, 0.18) * random.clouds(long * 0.7, *u.shape)
        distance = np.sqrt(u * u + v * v) + outline
        inside = distance < 1

        if np.count_nonzero(inside) < 0.55 * 3.14159 * long * short:  # mostly beyond the edge of the image
            return None
        rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
        box = (left + int(columns[0]), top + int(rows[0]), left + int(columns[-1]) + 1, top + int(rows[-1]) + 1)
        if min(box[2] - box[0], box[3] - box[1]) < _LEAST_SIDE or any(_touch(box, other) for other in boxes):
            return None
        if (self._material[window][inside] == _VERGE).any():
            return None

        # The outward normal in image coordinates, against the direction of the light.
        facing = ((u * cosine - v * sine) * self._light[0] + (u * sine + v * cosine) * self._light[1]) / (
            distance + 0.2
        )
        self._dig(window, distance, facing)
        return box

    def _dig(self, window: tuple[slice, slice], distance: Floats, facing: Floats) -> None:
        """Draws a hole: a dark floor of gravel, a shaded and a lit wall, and a broken rim."""
        random = self._random
        inside = distance < 1
        depth = 0.45 + 0.55 * smooth_step((1 - distance) / random.number(0.25, 0.6))
        gravel = 0.08 * random.clouds(3, *inside.shape) + 0.10 * random.grain(*inside.shape)
        floor = self._base * (1 - depth * random.number(0.42, 0.68)) + gravel
        floor -= 0.16 * smooth_step((distance - 0.55) / 0.4) * facing

        crumbled = smooth_step(0.5 + 0.9 * random.clouds(6, *inside.shape))
        rim = np.maximum(0.0, 1 - np.abs(distance - 1.07) / 0.10) * crumbled
        around = self._level[window] + rim * (0.14 + 0.08 * facing)
        self._level[window] = np.where(inside, floor, around)
        self._material[window][inside] = _ASPHALT

    def add_light(self) -> None:
        """Applies uneven light, sometimes a shadow with a ragged edge, and camera noise."""
        random = self._random
        slope_x, slope_y = random.number(-0.25, 0.25), random.number(-0.25, 0.25)
        light = 1 + slope_x * (self._x / WIDTH - 0.5) + slope_y * (self._y / HEIGHT - 0.5)
        if random.chance(0.35):
            across, _ = self._line(random.number(-0.9, 0.9), random.number(-20, WIDTH + 20))
            if random.chance(0.5):
                across = across[:, ::-1]
            edge = across + random.number(0, 18) * random.clouds(24, HEIGHT, WIDTH)
            light = light * (1 - random.number(0.22, 0.42) * smooth_step(edge / random.number(4, 14)))
        self._level = self._level * light + 0.03 * random.grain(HEIGHT, WIDTH)

    def to_png(self) -> bytes:
        """Returns the image as a PNG file."""
        levels = _LEVELS[self._material]
        shade = np.floor(np.minimum(np.maximum(self._level, 0.0), 1.0) * levels).astype(np.int64)
        colours = _FIRST_COLOUR[self._material] + np.minimum(shade, levels - 1)
        return encode_png(colours.astype(np.uint8), self._palette())

    def _palette(self) -> bytes:
        tints = {
            _ASPHALT: (1 + self._tint, 1.0, 1 - self._tint),
            _YELLOW: (1.12, 0.95, 0.45),
            _VERGE: (0.92, 0.95, 0.62),
        }
        palette = bytearray()
        for material, tint in tints.items():
            count = int(_LEVELS[material])
            for level in range(count):
                palette += bytes(min(255, int(255 * (level + 0.5) / count * part)) for part in tint)
        return bytes(palette)


def _touch(first: tuple[int, int, int, int], second: tuple[int, int, int, int], gap: int = 4) -> bool:
    return (
        first[0] < second[2] + gap and second[0] < first[2] + gap
        and first[1] < second[3] + gap and second[1] < first[3] + gap
    )  # fmt: skip
