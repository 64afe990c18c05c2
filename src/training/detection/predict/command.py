"""The command ``predict``: finds the objects of new images with a saved model."""

from __future__ import annotations

import argparse
import csv
import functools
import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detection.config.json_file import printable
from detection.errors import FaultsError, TrainingError
from detection.predict.inputs import PICTURES, Inputs, find_images
from detection.tracking.progress import Console, duration

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from detection.predict.journal import Journal, Prediction
    from detection.predict.predictor import SavedModel

FORMATS = ("json", "csv", "voc", "yolo")
SUGGESTED = "suggested"
FAILED = "predictions_failed.csv"
_NAMED = 20  # images that a message names; the file has all
_LONGEST = 300  # characters of a name in a message
_SECONDS = 2.0  # between two progress lines


def add_parser(commands: Any) -> None:
    """Adds the command to the command line."""
    predict = commands.add_parser(
        "predict",
        help="find the objects of new images with a saved model",
        description="Runs a saved model over images, on the GPU if there is one, and writes predictions.jsonl and the "
        "formats that are asked for. The same command continues where it was interrupted. Images that cannot be read "
        "are named and counted; the others are predicted, and the exit code is 1.",
        epilog="example: python -m detection predict --model outputs/final_model --images new --output predictions "
        "--format csv --pictures",
    )
    predict.add_argument("--model", type=Path, required=True, metavar="DIR", help="final_model folder of a run")
    predict.add_argument(
        "--images",
        required=True,
        metavar="WHAT",
        help="a folder with its subfolders, a pattern in quotes, a .txt file with one path per line, or an image",
    )
    predict.add_argument(
        "--output", type=Path, required=True, metavar="DIR", help="folder of the results; created when missing"
    )
    predict.add_argument(
        "--format",
        action="append",
        choices=FORMATS,
        help="json (COCO's results), csv (as a dataset, with scores), voc or yolo; repeatable (default: json)",
    )
    predict.add_argument("--pictures", action="store_true", help="also draw the predictions on the images")
    predict.add_argument(
        "--batch", type=int, default=8, metavar="N", help="images per call of the model (default: %(default)s)"
    )
    predict.add_argument(
        "--confidence",
        metavar="X",
        help=f"least score that is kept, from 0 to 1, or {SUGGESTED}: the score of the best F1 of each class "
        "(default: EVAL_CONF of the model's exp_config)",
    )
    predict.set_defaults(run=run)


def run(options: argparse.Namespace, console: Console) -> None:
    """Predicts; the arguments are those of ``add_parser``.

    Raises:
        TrainingError: An argument or the model is not valid.
        FaultsError: Some images cannot be read; the others are predicted.
    """
    if options.batch < 1:
        raise TrainingError(f"--batch is {options.batch}; it must be at least 1 (images).")
    confidence = _confidence(options.confidence)
    inputs = find_images(options.images, options.output)
    from detection.predict.confidence import least_scores
    from detection.predict.journal import Journal
    from detection.predict.predictor import load_saved_model
    from detection.train.machine import prepare_machine

    machine = prepare_machine(0)
    saved = load_saved_model(options.model, machine.device)
    least = least_scores(saved.class_names, saved.settings.eval_conf, confidence, options.model)
    console.say(
        f"predicting {_images(len(inputs.paths))} with {saved.settings.model.base_model} on {machine.describe()}"
    )
    if inputs.others:
        console.say(f"{inputs.others} files are skipped: their suffix is not that of a picture")
    head = {"version": 1, "model": saved.digest, "least_scores": least.tolist(), "exif": saved.settings.exif}
    failures = _unwritable(inputs)
    paths = {name: path for name, path in inputs.paths.items() if name not in failures}
    artist = _Artist(options.output, paths, saved) if options.pictures else None
    with Journal(options.output, head, len(saved.class_names)) as journal:
        _predict(options, console, saved, machine, least, journal, paths, failures, artist)
        predictions = [journal.known[name] for name in paths if name in journal.known and name not in failures]
    written = _write(options, predictions, saved)
    failures.update({} if artist is None else artist.failures)
    _write_failures(options.output / FAILED, failures)
    boxes = sum(len(entry.detections.scores) for entry in predictions)
    console.say(f"{boxes} predictions of {_images(len(predictions))}: {', '.join(str(path) for path in written)}")
    if failures:
        lines = [f"{_shortened(name)}: {reason}." for name, reason in sorted(failures.items())]
        more = [f"and {len(lines) - _NAMED} more"] if len(lines) > _NAMED else []
        what = (
            f"{len(lines)} of {_images(len(inputs.paths))} cannot be predicted, all listed in {options.output / FAILED}"
        )
        raise FaultsError(what, lines[:_NAMED] + more)


def _predict(
    options: argparse.Namespace,
    console: Console,
    saved: SavedModel,
    machine: Any,
    least: NDArray[np.float64],
    journal: Journal,
    paths: Mapping[str, Path],
    failures: dict[str, str],
    artist: _Artist | None,
) -> None:
    """Predicts the images that are not in the journal yet, and draws the missing pictures."""
    from detection.predict.predictor import Predictor

    missing = {name: path for name, path in paths.items() if not journal.has(name, path)}
    if len(missing) < len(paths):
        console.say(f"known from {options.output / 'predictions.jsonl'}: {_images(len(paths) - len(missing))}")
    if artist is not None:
        artist.draw([journal.known[name] for name in paths if name not in missing], only_missing=True)
    predictor = Predictor(
        saved, machine, batch=options.batch, least=least, failed=failures.__setitem__, say=console.say
    )
    done, begin = 0, console.clock()
    shown = begin
    for batch in predictor.predict(missing):
        journal.add(batch)
        if artist is not None:
            artist.draw(batch, only_missing=False)
        done += len(batch)
        now = console.clock()
        if now - shown >= _SECONDS:
            shown = now
            rate = done / (now - begin)
            left = duration((len(missing) - done) / rate) if rate else "?"
            console.rewrite(f"{done}/{len(missing)} images  {rate:.1f} images/s  ETA {left}")
    seconds = console.clock() - begin
    if done:
        console.say(f"{_images(done)} in {duration(seconds)}, {done / max(seconds, 1e-9):.1f} images/s")


class _Artist:
    """Draws predictions, with names that the font can show. Keeps the images that could not be drawn."""

    def __init__(self, folder: Path, paths: Mapping[str, Path], saved: SavedModel) -> None:
        self._folder = folder
        self._depth = saved.depth
        self._applies_exif = saved.settings.exif == "apply"
        self._paths = paths
        self.failures: dict[str, str] = {}
        self._fonts: tuple[str, ...] = ()
        try:
            from matplotlib import font_manager

            from detection.evaluate.pictures.style import drawable_names

            names = drawable_names(saved.class_names)
            self._names = names.shown
            # One font writes a whole text. Fonts of East Asia have Latin letters too.
            self._fonts = (font_manager.findfont(names.fonts[-1]),)
        except ImportError:
            self._names = {
                label: name if name.isascii() and name.isprintable() else f"class {label}"
                for label, name in saved.class_names.items()
            }

    def draw(self, predictions: list[Prediction], *, only_missing: bool) -> None:
        from detection.predict.pictures import draw_prediction, picture_path

        for prediction in predictions:
            if only_missing and picture_path(self._folder, prediction.name).is_file():
                continue
            try:
                source = self._paths[prediction.name]
                draw_prediction(
                    self._folder,
                    source,
                    prediction,
                    self._names,
                    self._fonts,
                    applies_exif=self._applies_exif,
                    depth=self._depth,
                )
            except (OSError, ValueError, SyntaxError) as error:
                self.failures[prediction.name] = f"it cannot be drawn: {error}"


def _write(options: argparse.Namespace, predictions: list[Prediction], saved: SavedModel) -> list[Path]:
    from detection.predict.journal import FILE
    from detection.predict.writers import WRITERS, write_json

    writers: dict[str, Callable[..., list[Path]]] = {
        **WRITERS,
        "json": functools.partial(write_json, depth=saved.depth),
    }
    written = [options.output / FILE]
    for name in dict.fromkeys(options.format or FORMATS[:1]):
        written += writers[name](options.output, predictions, saved.class_names)
    return [*written, options.output / PICTURES] if options.pictures else written


def _write_failures(path: Path, failures: Mapping[str, str]) -> None:
    """Writes which images failed, and why; removes the file of an earlier run when none did."""
    from detection.predict.journal import write_atomically

    if not failures:
        path.unlink(missing_ok=True)
        return
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("filename", "reason"))
    writer.writerows(sorted(failures.items()))
    write_atomically(path, text.getvalue().encode("utf-8", "backslashreplace"))


def _unwritable(inputs: Inputs) -> dict[str, str]:
    """Returns the images whose names no output file could hold."""
    failures = {}
    for name in inputs.paths:
        try:
            name.encode("utf-8")
        except UnicodeEncodeError:
            failures[name] = "its name is not UTF-8; rename the file"
    return failures


def _confidence(text: str | None) -> float | str | None:
    if text is None or text == SUGGESTED:
        return text
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise TrainingError(f"--confidence is {text!r}; it must be a score from 0 to 1, or {SUGGESTED}.")
    return value


def _shortened(text: str) -> str:
    shown = printable(text)
    return shown if len(shown) <= _LONGEST else shown[: _LONGEST - 1] + "…"


def _images(count: int) -> str:
    return f"{count} image{'' if count == 1 else 's'}"
