"""A client of MLflow's REST API."""

from __future__ import annotations

import json
import ssl
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

METRICS_PER_BATCH = 1000
TAGS_PER_BATCH = 100
_TAG_LENGTH = 5000
_KEY_LENGTH = 250
_SECONDS = 30.0


class MlflowError(Exception):
    """A request to the tracking server failed.

    Args:
        message: Method, address and response.
        transient: Whether a retry may succeed: no response, 408, 429 or 5xx.
        code: MLflow's ``error_code``; empty when the response has none.
        refuses: Whether the server refuses something in the request's body, and not the sender or the run.
    """

    def __init__(self, message: str, *, transient: bool, code: str = "", refuses: bool = False) -> None:
        super().__init__(message)
        self.transient = transient
        self.refuses = refuses
        self.code = code


@dataclass(frozen=True)
class Metric:
    """One value of one metric.

    Attributes:
        timestamp: Milliseconds since 1970, UTC.
        step: Optimizer steps done.
    """

    key: str
    value: float
    timestamp: int
    step: int


class MlflowClient:
    """Speaks the part of MLflow's REST API that a training run needs, which Azure ML serves too.

    Args:
        tracking_uri: MLFLOW_TRACKING_URI: https, http, or ``azureml://``, which is https under another name.
        token: Bearer token; without it no Authorization header is sent.
        certificate: File of the certificate authorities to trust in place of the system's.

    Raises:
        ValueError: The address has another scheme.
        OSError: The certificate file cannot be read.
    """

    def __init__(self, tracking_uri: str, token: str | None = None, certificate: str | None = None) -> None:
        address = tracking_uri.rstrip("/")
        if address.startswith("azureml://"):
            address = "https://" + address[len("azureml://") :]
        if not address.startswith(("https://", "http://")):
            raise ValueError(
                f"MLFLOW_TRACKING_URI is '{tracking_uri}'; it must begin with https://, http:// or azureml://."
            )
        address, _, query = address.partition("?")
        self._base = address.rstrip("/") + "/api/2.0/mlflow/"
        self._query = f"?{query}" if query else ""
        self._headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if token:
            self._headers["Authorization"] = f"Bearer {token}"
        self._context = ssl.create_default_context(cafile=certificate) if address.startswith("https://") else None

    def experiment_id(self, name: str) -> str:
        """Returns the id of an experiment, which is created when it does not exist."""
        try:
            query = urllib.parse.urlencode({"experiment_name": name})
            return str(self._send("GET", f"experiments/get-by-name?{query}")["experiment"]["experiment_id"])
        except MlflowError as error:
            if error.code != "RESOURCE_DOES_NOT_EXIST":
                raise
        return str(self._send("POST", "experiments/create", {"name": name})["experiment_id"])

    def create_run(self, experiment_id: str, start_time: int) -> str:
        """Creates a run and returns its id; ``start_time`` is in milliseconds since 1970, UTC."""
        body = {"experiment_id": experiment_id, "start_time": start_time, "tags": []}
        return str(self._send("POST", "runs/create", body)["run"]["info"]["run_id"])

    def end_run(self, run_id: str, status: str, end_time: int) -> None:
        """Ends a run with the status FINISHED, FAILED or KILLED; ``end_time`` is in milliseconds since 1970, UTC."""
        self._send("POST", "runs/update", {"run_id": run_id, "status": status, "end_time": end_time})

    def last_steps(self, run_id: str) -> dict[str, int]:
        """Returns the highest step at which a run has a value, by the name of the metric."""
        answer = self._send("GET", f"runs/get?{urllib.parse.urlencode({'run_id': run_id})}")
        try:
            metrics = answer.get("run", {}).get("data", {}).get("metrics") or []
            return {str(metric["key"]): int(metric.get("step", 0)) for metric in metrics}
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise MlflowError(f"GET runs/get returned no run: {error!r}", transient=False) from error

    def log_batch(self, run_id: str, metrics: Sequence[Metric], tags: Mapping[str, str]) -> None:
        """Logs at most METRICS_PER_BATCH metrics and TAGS_PER_BATCH tags; the server takes all of them or none."""
        body = {
            "run_id": run_id,
            "metrics": [vars(metric) for metric in metrics],
            "params": [],
            "tags": [{"key": key[:_KEY_LENGTH], "value": value[:_TAG_LENGTH]} for key, value in tags.items()],
        }
        self._send("POST", "runs/log-batch", body)

    def _send(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        path, _, query = path.partition("?")
        joined = "&".join(part for part in (self._query[1:], query) if part)
        address = self._base + path + (f"?{joined}" if joined else "")
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(address, data, self._headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=_SECONDS, context=self._context) as response:
                return json.loads(response.read() or b"{}")
        except urllib.error.HTTPError as error:
            code, message = _explain(error)
            explanation = ": ".join(part for part in (code, message) if part)
            raise MlflowError(
                f"{method} {address} returned {error.code} {error.reason}"
                + (f": {explanation}" if explanation else ""),
                transient=error.code in (408, 429) or error.code >= 500,
                code=code,
                refuses=error.code in (400, 413, 422),
            ) from error
        except (OSError, ValueError) as error:
            # URLError, timeouts and broken connections are OSErrors; a response that is not JSON is a ValueError.
            reason = getattr(error, "reason", error)
            raise MlflowError(f"{method} {address} failed: {reason}", transient=True) from error


def _explain(error: urllib.error.HTTPError) -> tuple[str, str]:
    """Returns code and message of an error body, MLflow's own or that of Azure ML's run history."""
    try:
        body = json.loads(error.read())
    except (OSError, ValueError):
        return "", ""
    inner = body.get("error", body) if isinstance(body, dict) else {}
    if not isinstance(inner, dict):
        return "", str(inner)[:300]
    return str(inner.get("error_code") or inner.get("code") or ""), str(inner.get("message") or "")[:300]
