"""The functions of pydash that MLClient 1.4.0 uses: Debian has MLClient (python3-azure) and not this package."""

from types import SimpleNamespace
from typing import Any


def get(target: Any, path: str, default: Any = None) -> Any:
    """Returns what a dotted path leads to in dictionaries, lists and objects; the default when it leads nowhere."""
    for key in path.split("."):
        if isinstance(target, dict):
            target = target.get(key)
        elif isinstance(target, list):
            target = target[int(key)] if key.isdigit() and int(key) < len(target) else None
        else:
            target = getattr(target, key, None)
        if target is None:
            return default
    return target


def omit(target: dict[str, Any], *keys: Any) -> dict[str, Any]:
    """Returns a dictionary without some keys, which may be given in lists."""
    left_out = {key for each in keys for key in (each if isinstance(each, (list, tuple, set)) else [each])}
    return {key: value for key, value in target.items() if key not in left_out}


def set_(target: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """Sets what a dotted path leads to, and creates the dictionaries on the way."""
    inside = target
    *parents, last = path.split(".")
    for key in parents:
        inside = inside.setdefault(key, {})
    inside[last] = value
    return target


objects = SimpleNamespace(get=get, omit=omit, set_=set_)
