"""Import-Dataset: converts the labelled images of another tool to a dataset in the datastore layout."""

from __future__ import annotations

import json
import re
import shutil
import stat
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from detection.data.dataset_faults import SPLITS, VALIDATION, least_side
from detection.data.pictures import Picture, PictureError
from detection.errors import TrainingError, explain_full_disk
from detection.files import write_bytes, write_text, writing
from detection.inspect.decoding import in_parallel
from detection.inspect.likeness import groups, near_duplicates
from detection.inspect.survey import Survey
from detection.inspect.texts import escaped, plain
from detection.interchange.labels import LOST, Box, Labelled, LeftOut, Source
from detection.interchange.readers import READERS, read_format
from detection.interchange.splitting import Group, stratified

COLUMNS = ("filename", "width", "height", "class", "xmin", "ymin", "xmax", "ymax")

_OVERSHOOT = 2.0  # pixels by which a box may reach outside its image; it is clipped
_NONE_LEFT = "has no object left, and training would take it for an image without objects"
_MOST_SHOWN = 20
_COPY = re.compile(r"\.rf\.[0-9a-zA-Z]+(?=\.[^.]+$)")  # how Roboflow names the copies that it made of one image
_UNSAFE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")  # in a name of a file
_NO_TEXT = re.compile(r"[\x00\ud800-\udfff]")  # in a class
_MOST_UNPACKED = 64 << 30
_MOST_RATIO = 200  # unpacked bytes for each packed one


@dataclass(frozen=True)
class Plan:
    """The options of an import.

    Attributes:
        image_type: Use case: the folder that is written.
        form: One of READERS, or ``auto``.
        test_share: Share of the images in the test split.
        keeps_splits: Whether images stay in the splits of the source, where it names that of each.
        seed: Decides the split.
        stamp: YYMMDDHHmmss, in the names of the CSV files.
    """

    image_type: str
    form: str
    test_share: float
    keeps_splits: bool
    seed: int
    stamp: str


def import_data(origin: Path, output: Path, plan: Plan, say: Callable[[str], None]) -> None:
    """Imports a folder or a ZIP archive.

    Args:
        origin: Folder or archive.
        output: Data folder that receives ``{image_type}/images``, ``{image_type}/datasets`` and import.md.
        plan: What to do.
        say: Receives the summary.

    Raises:
        TrainingError: Nothing can be imported, or a file of the same name differs.
    """
    if plan.form not in (*READERS, "auto"):
        raise TrainingError(f"--format is {plan.form}; it must be auto or one of {', '.join(READERS)}.")
    if origin.is_file():
        with tempfile.TemporaryDirectory(prefix="import-") as unpacked:
            _unpack(origin, Path(unpacked))
            _import(Path(unpacked), output, plan, say)
    elif origin.is_dir():
        _import(origin, output, plan, say)
    else:
        raise TrainingError(f"{origin} does not exist; it must be a folder or a ZIP archive with labelled images.")


def _import(origin: Path, output: Path, plan: Plan, say: Callable[[str], None]) -> None:
    with tempfile.TemporaryDirectory(prefix="import-") as scratch:
        _import_with(Path(scratch), origin, output, plan, say)


def _import_with(scratch: Path, origin: Path, output: Path, plan: Plan, say: Callable[[str], None]) -> None:
    left_out = LeftOut()
    form, found = read_format(Source(origin, left_out, scratch), plan.form)
    survey = Survey(origin, more=[scratch])
    images = _checked(found, survey, left_out)
    if not any(image.boxes for image in images):
        _report(output, plan, form, {"train": [], "test": []}, left_out, say)
        raise TrainingError(
            f"{origin} holds no image with an object that can be imported as {form}; "
            f"{output / 'import.md'} says what was left out and why."
        )
    together = _groups(images, survey)
    split_of, one_sided = _split(images, together, plan)
    if one_sided:
        for image in images:
            for _, name in image.boxes:
                if name in one_sided:
                    left_out.add(f"image {image.name}", "has an object of a class that is in one split alone", name)
        kept = []
        for image, own in zip(images, split_of):
            boxes = tuple(box for box in image.boxes if box[1] not in one_sided)
            if image.boxes and not boxes:
                left_out.add(f"image {image.name}", _NONE_LEFT)
            else:
                kept.append((replace(image, boxes=boxes), own))
        images, split_of = [image for image, _ in kept], [own for _, own in kept]
    splits = {
        split: [image for image, own in zip(images, split_of) if own == split]
        for split in (*SPLITS, *([VALIDATION] if VALIDATION in split_of else []))
    }
    if not all(any(image.boxes for image in splits[split]) for split in SPLITS):
        _report(output, plan, form, splits, left_out, say)
        raise TrainingError(
            f"{origin} holds too few images for two splits with the same classes; "
            f"{output / 'import.md'} says what was left out and why."
        )
    folder = output / plan.image_type
    for image in images:
        _copy(image, folder / "images" / image.name)
    (folder / "datasets").mkdir(parents=True, exist_ok=True)
    for split, part in splits.items():
        rows = [",".join(COLUMNS)]
        for image in part:
            rows += _rows(image, survey.picture(survey.name_of(image.path)))
        name = _csv_name(split, plan)
        write_bytes(folder / "datasets" / name, "".join(row + "\n" for row in rows).encode("utf-8"))
    _report(output, plan, form, splits, left_out, say)
    if VALIDATION in splits:
        say(f"set DATA.VALIDATION_CSV={_csv_name(VALIDATION, plan)} to choose the best weights by the validation split")


def _checked(found: Sequence[Labelled], survey: Survey, left_out: LeftOut) -> list[Labelled]:
    """Returns the images that decode, each once, with the boxes that training takes."""
    by_path: dict[Path, Labelled] = {}
    for image in found:
        known = by_path.get(image.path)
        # A CSV cannot say white space at the ends of a name.
        by_path[image.path] = (
            replace(known, boxes=known.boxes + image.boxes) if known else replace(image, name=image.name.strip())
        )

    def look(image: Labelled) -> Picture | str:
        try:
            return survey(image.path)
        except PictureError as error:
            return str(error)

    kept = []
    names: dict[str, str] = {}
    images = sorted(by_path.values(), key=lambda image: image.name)
    for image, picture in zip(images, in_parallel(look, images)):
        where = survey.name_of(image.path)
        if isinstance(picture, str):
            left_out.add(where, "cannot be read as a picture", picture.partition(";")[0])
            continue
        if _UNSAFE.search(image.name) or names.setdefault(image.name.lower(), where) != where:
            left_out.add(where, "has a name that another image has, or that holds control characters", image.name)
            continue
        if image.size is not None and image.size not in (picture.stored, picture.upright):
            detail = f"{_sides(*image.size)}, and the file has {_sides(*picture.upright)}"
            left_out.add(where, "has another size than its annotation says, so that its boxes belong elsewhere", detail)
            continue
        boxes = _boxes(image, picture, where, left_out)
        if image.boxes and not boxes:
            left_out.add(where, _NONE_LEFT)
            continue
        kept.append(replace(image, boxes=tuple(boxes)))
    return kept


def _boxes(image: Labelled, picture: Picture, where: str, left_out: LeftOut) -> list[tuple[Box, str]]:
    width, height = size_of(image, picture)
    boxes: dict[tuple[Box, str], None] = {}
    for box, name in image.boxes:
        if box is LOST:
            continue  # its reader has said why
        name = name.strip()
        xmin, ymin, xmax, ymax = (round(value, 6) for value in box)
        shown = f"{name} {xmin:g},{ymin:g},{xmax:g},{ymax:g} of {width} x {height}"
        if max(-xmin, -ymin, xmax - width, ymax - height) > _OVERSHOOT:
            left_out.add(where, "has a box that reaches outside the image", shown)
            continue
        clipped = max(xmin, 0.0), max(ymin, 0.0), min(xmax, float(width)), min(ymax, float(height))
        if min(clipped[2] - clipped[0], clipped[3] - clipped[1]) < least_side((width, height)):
            left_out.add(where, "has a box without area", shown)
        elif (clipped, name) in boxes:
            left_out.add(where, "has a box twice", shown)
        elif not name or _NO_TEXT.search(name):
            left_out.add(where, "has an object without a class, or with one that is no text", shown)
        else:
            boxes[clipped, name] = None
    return list(boxes)


def _sides(width: float, height: float) -> str:
    return f"{width:g} x {height:g}"


def size_of(image: Labelled, picture: Picture) -> tuple[int, int]:
    """Returns width and height of the pixels to which the boxes belong: those that the annotation states."""
    if image.size is not None and tuple(image.size) == picture.stored:
        return picture.stored
    return picture.upright


def _groups(images: Sequence[Labelled], survey: Survey) -> list[Group]:
    pairs = near_duplicates([survey.thumbnail(survey.name_of(image.path)) for image in images])
    copies: dict[str, int] = {}
    for place, image in enumerate(images):
        first = copies.setdefault(_COPY.sub("", image.path.name), place)
        if first != place and _COPY.search(image.path.name):
            pairs.append((first, place))
    joined = groups(len(images), pairs)
    alone = set(range(len(images))) - {member for group in joined for member in group}
    result = []
    for members in sorted([*joined, *([place] for place in alone)]):
        classes = Counter(name for place in members for name in {name for _, name in images[place].boxes})
        result.append(Group(images[members[0]].name, tuple(members), classes))
    return result


def _split(images: Sequence[Labelled], together: Sequence[Group], plan: Plan) -> tuple[list[str], set[str]]:
    """Returns the split of each image, and the classes that training or test lacks, or that validation has alone."""
    if plan.keeps_splits and all(image.split for image in images):
        split_of = [image.split for image in images]
        if "test" not in split_of:  # the source measures its models by the validation split
            split_of = ["test" if split == VALIDATION else split for split in split_of]
        train, test, validation = (
            {name for image, own in zip(images, split_of) if own == split for _, name in image.boxes}
            for split in (*SPLITS, VALIDATION)
        )
        return split_of, (train ^ test) | (validation - train)
    chosen, one_sided = stratified(together, plan.test_share, plan.seed)
    return ["test" if place in chosen else "train" for place in range(len(images))], one_sided


def _csv_name(split: str, plan: Plan) -> str:
    return f"{split}_{plan.image_type}_{plan.stamp}.csv"


def _rows(image: Labelled, picture: Picture) -> list[str]:
    width, height = size_of(image, picture)
    if not image.boxes:
        return [",".join([_field(image.name), str(width), str(height), "", "", "", "", ""])]
    return [
        ",".join([_field(image.name), str(width), str(height), _field(name), *map(text_of, box)])
        for box, name in image.boxes
    ]


def text_of(value: float) -> str:
    """Returns a coordinate in at most six decimals."""
    text = f"{value:.6f}".rstrip("0").rstrip(".")
    return text if text != "-0" else "0"


def _field(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if any(sign in text for sign in ',"\r\n') else text


def _copy(image: Labelled, target: Path) -> None:
    if target.exists():
        if target.read_bytes() == image.path.read_bytes():
            return
        raise TrainingError(f"{target} exists with another content; import into an empty folder: --to=FOLDER.")
    target.parent.mkdir(parents=True, exist_ok=True)
    # Whole or not at all: the same command works again after a full disk or Ctrl-C.
    unfinished = target.with_name(target.name + ".unfinished")
    try:
        shutil.copyfile(image.path, unfinished)
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)


def _unpack(archive: Path, folder: Path) -> None:
    """Unpacks the files of an archive whose paths stay in the folder; links and bombs are refused.

    Raises:
        TrainingError: The file is no ZIP archive, is damaged, or is an attack.
    """
    try:
        with zipfile.ZipFile(archive) as packed:
            total = sum(item.file_size for item in packed.infolist())
            if total > min(_MOST_UNPACKED, max(1 << 20, archive.stat().st_size * _MOST_RATIO)):
                raise TrainingError(f"{archive} would unpack to {total} bytes; that is no archive of images.")
            for item in packed.infolist():
                parts = PurePosixPath(item.filename.replace("\\", "/")).parts
                is_outside = (
                    item.filename.startswith(("/", "\\")) or ".." in parts or any(":" in part for part in parts)
                )
                if is_outside or stat.S_ISLNK(item.external_attr >> 16):
                    raise TrainingError(
                        f"{archive} holds {plain(item.filename)!r}, a link or a path out of the archive."
                    )
                if item.is_dir():
                    continue
                target = folder.joinpath(*parts)
                target.parent.mkdir(parents=True, exist_ok=True)
                with packed.open(item) as source, writing(target), target.open("wb") as file:
                    _copy_at_most(source.read, file.write, item.file_size)
    except (zipfile.BadZipFile, EOFError, OSError, RuntimeError, NotImplementedError, ValueError) as error:
        if explain_full_disk(error):
            raise
        raise TrainingError(
            f"{archive} cannot be unpacked: {error}; --from must be a folder or a ZIP archive."
        ) from error


def _copy_at_most(read: Callable[[int], bytes], write: Callable[[bytes], object], most: int) -> None:
    done = 0
    while chunk := read(1 << 20):
        done += len(chunk)
        if done > most:
            raise ValueError("a file is longer than its entry says")
        write(chunk)


def _report(
    output: Path,
    plan: Plan,
    form: str,
    splits: Mapping[str, Sequence[Labelled]],
    left_out: LeftOut,
    say: Callable[[str], None],
) -> None:
    counts = [Counter(name for image in part for _, name in image.boxes) for part in splits.values()]
    classes = sorted(set().union(*counts))
    lines = [f"# Import of {escaped(plan.image_type)} from {form}", ""]
    lines += [_cells("", *splits), "|---" + "|---:" * len(splits) + "|"]
    lines.append(_cells("images", *(f"{len(part):,}" for part in splits.values())))
    lines += [_cells(escaped(name), *(f"{count[name]:,}" for count in counts)) for name in classes]
    total = sum(left_out.reasons.values())
    lines += ["", f"Seed {plan.seed}, stamp {plan.stamp}.", "", f"## {total:,} left out", ""]
    lines += [f"- {count:,}: {escaped(reason)}" for reason, count in left_out.reasons.most_common()]
    lines += ["", *(f"- {escaped(line)}" for line in left_out.lines), ""]
    output.mkdir(parents=True, exist_ok=True)
    write_bytes(output / "import.md", "\n".join(lines).encode("utf-8", "replace"))
    document = {
        "format": form,
        "seed": plan.seed,
        "stamp": plan.stamp,
        "images": {split: len(part) for split, part in splits.items()},
        "objects": {name: [count[name] for count in counts] for name in classes},
        "leftOut": dict(left_out.reasons),
        "lines": left_out.lines,
    }
    write_text(output / "import.json", json.dumps(document, indent=1) + "\n")
    validation = f", {len(splits[VALIDATION])} validation" if VALIDATION in splits else ""
    train, test = (len(splits[split]) for split in SPLITS)
    say(f"{form}: {train} training{validation} and {test} test images, {len(classes)} classes")
    for reason, count in left_out.reasons.most_common():
        say(f"left out, {count}: {plain(reason)}")
    for line in left_out.lines[:_MOST_SHOWN]:
        say(f"  {plain(line)}")
    if len(left_out.lines) > _MOST_SHOWN:
        say(f"  and {len(left_out.lines) - _MOST_SHOWN} more, in {output / 'import.md'}")


def _cells(*cells: str) -> str:
    return "| " + " | ".join(cells) + " |"
