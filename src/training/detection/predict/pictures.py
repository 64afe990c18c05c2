"""Pictures of images with their predictions drawn."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from detection.data.depth import Depth
from detection.evaluate.pictures.style import COLOURS
from detection.predict.inputs import PICTURES
from detection.predict.journal import Prediction, write_atomically
from detection.predict.reading import predicted_picture
from detection.predict.writers import fitting

_MOST_PIXELS = 2000  # of the longer side


def draw_prediction(
    folder: Path,
    source: Path,
    prediction: Prediction,
    shown_names: Mapping[int, str],
    fonts: tuple[str, ...],
    *,
    applies_exif: bool,
    depth: Depth = None,
) -> None:
    """Writes pictures/…/NAME.png: the image with the boxes, classes and scores of its predictions.

    Args:
        folder: Output folder.
        source: The image.
        prediction: Its predictions.
        shown_names: What is written for each label; ASCII where no font is given.
        fonts: Files of fonts, the first of which is used; empty for Pillow's own.
        applies_exif: Whether DATA.EXIF of the model is ``apply``.
        depth: The values that become black and white in an image of more than 8 bits; None for its full range.

    Raises:
        OSError, ValueError: The image can no longer be read.
    """
    predicted = prediction.width, prediction.height
    picture = predicted_picture(source, predicted, applies_exif=applies_exif, depth=depth)
    factor = min(1.0, _MOST_PIXELS / max(picture.size))
    if factor < 1:
        size = (max(1, round(picture.width * factor)), max(1, round(picture.height * factor)))
        picture = picture.resize(size, Image.Resampling.BILINEAR)
    draw = ImageDraw.Draw(picture)
    scale = max(picture.size) / 900
    width = max(2, round(3 * scale))
    font: Any = ImageFont.truetype(fonts[0], max(11, round(16 * scale))) if fonts else ImageFont.load_default()
    found = prediction.detections
    # The best score is drawn last, above the others.
    for box, label, score in sorted(
        zip(found.boxes * factor, found.labels, found.scores), key=lambda row: float(row[2])
    ):
        left, top, right, bottom = (round(float(value)) for value in box)
        colour = COLOURS[(int(label) - 1) % len(COLOURS)]
        outline = (left, top, max(left, right - 1), max(top, bottom - 1))
        draw.rectangle(outline, outline="white", width=width + 2)
        draw.rectangle(outline, outline=colour, width=width)
        text = f"{shown_names[int(label)]} {score:.2f}"
        x0, y0, x1, y1 = draw.textbbox((0, 0), text, font=font)
        height = y1 - y0 + 4
        y = top - height if top >= height else top
        x = max(0, min(left, picture.width - (x1 - x0) - 4))
        draw.rectangle((x, y, x + x1 - x0 + 4, y + height), fill="black")
        draw.text((x + 2 - x0, y + 2 - y0), text, fill="white", font=font)
    content = io.BytesIO()
    picture.save(content, "PNG")
    write_atomically(picture_path(folder, prediction.name), content.getvalue())


def picture_path(folder: Path, name: str) -> Path:
    """Returns the file of the picture of an image. The whole name stays, so that no two pictures share one."""
    return folder / PICTURES / fitting(PurePosixPath(name + ".png"))
