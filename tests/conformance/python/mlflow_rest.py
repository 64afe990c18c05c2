"""A client of MLflow's REST that the suite drives by hand, as the `mlflow` package is not in Debian."""

from typing import Any

import requests

from emulator import GROUP, SUBSCRIPTION, TRACKING, Emulator


class Mlflow:
    """Sends requests to the tracking address as MLflow's client does: GET with a query, anything else with JSON."""

    def __init__(self, emulator: Emulator) -> None:
        provider = "providers/Microsoft.MachineLearningServices"
        scope = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}/{provider}/workspaces/{TRACKING}"
        self.base = f"{emulator.endpoint}/mlflow/v1.0{scope}/api/2.0/mlflow"
        self.arm = f"{emulator.endpoint}{scope}"
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {emulator.token}"
        self.session.verify = str(emulator.certificate)

    def send(self, method: str, path: str, /, **fields: Any) -> requests.Response:
        """Sends a request."""
        if method == "GET":
            return self.session.get(f"{self.base}/{path}", params=fields)
        return self.session.request(method, f"{self.base}/{path}", json=fields)

    def get(self, path: str, /, **fields: Any) -> Any:
        """Returns the answer of a GET that succeeds."""
        return self.expect(200, "GET", path, **fields)

    def post(self, path: str, /, **fields: Any) -> Any:
        """Returns the answer of a POST that succeeds."""
        return self.expect(200, "POST", path, **fields)

    def expect(self, expected: int, method: str, path: str, /, **fields: Any) -> Any:
        """Returns the answer, whose status must be the given one."""
        answer = self.send(method, path, **fields)
        assert answer.status_code == expected, answer.text
        return answer.json() if answer.content else None

    def refuse(self, code: str, method: str, path: str, expected: int = 400, /, **fields: Any) -> str:
        """Returns the message of a refusal, whose code must be the given one."""
        body = self.expect(expected, method, path, **fields)
        assert body["error_code"] == code, body
        return str(body["message"])
