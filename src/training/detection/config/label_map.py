"""The classes of a saved model: label_map.json."""

from __future__ import annotations

from pathlib import Path
from typing import Dict

from detection.config.json_file import printable, read_json, shown
from detection.errors import TrainingError

FILE = "label_map.json"
"""The file of a saved model."""

_RULE = 'a list of {"id": …, "name": …} with the ids 1 to the number of classes'


def load_class_names(folder: Path) -> Dict[int, str]:
    """Reads the labels of a saved model.

    Returns:
        The name of each label from 1 to K.

    Raises:
        TrainingError: label_map.json is missing, cannot be read, or does not hold each label once.
    """
    path = folder / FILE
    entries = read_json(path, f"{_RULE}; --model must name the final_model folder of a run")
    class_names: Dict[int, str] = {}
    places = enumerate(entries) if isinstance(entries, list) and entries else [("", entries)]
    for place, entry in places:
        label = entry.get("id") if isinstance(entry, dict) else None
        name = entry.get("name") if isinstance(entry, dict) else None
        if (
            type(label) is not int
            or not 1 <= label <= len(entries)
            or label in class_names
            or not isinstance(name, str)
            or not name
            or name in class_names.values()
            or not _is_text(name)
        ):
            where = f"[{place}]" if place != "" else ""
            raise TrainingError(
                f"{printable(str(path))}{where} is {shown(entry)}; the file must be {_RULE}, each once and with a name "
                "of its own. --model must name the final_model folder of a run."
            )
        class_names[label] = name
    return dict(sorted(class_names.items()))


def _is_text(name: str) -> bool:
    """Returns whether files can hold a name: JSON may escape half of a character."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
