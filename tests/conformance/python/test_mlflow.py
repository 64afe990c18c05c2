"""MLflow's REST, call by call as its documentation describes it, with what Azure ML refuses."""

import json
import math
from typing import Any

import pytest

from emulator import Emulator
from mlflow_rest import Mlflow

KNOWN: dict[str, str] = {}


def pairs(items: list[dict[str, str]]) -> dict[str, str]:
    return {item["key"]: item["value"] for item in items}


# Experiments


def test_experiments_create(mlflow: Mlflow) -> None:
    created = mlflow.post("experiments/create", name="roads", tags=[{"key": "team", "value": "blue"}])
    KNOWN["experiment"] = created["experiment_id"]


def test_experiments_create_refuses_a_name_that_exists(mlflow: Mlflow) -> None:
    assert (
        mlflow.refuse("RESOURCE_ALREADY_EXISTS", "POST", "experiments/create", name="roads")
        == "Experiment 'roads' already exists."
    )


def test_experiments_create_refuses_a_missing_name(mlflow: Mlflow) -> None:
    assert "required parameter 'name'" in mlflow.refuse("INVALID_PARAMETER_VALUE", "POST", "experiments/create")


def test_experiments_create_refuses_a_long_name(mlflow: Mlflow) -> None:
    mlflow.refuse("INVALID_PARAMETER_VALUE", "POST", "experiments/create", name="x" * 501)


def test_experiments_get(mlflow: Mlflow) -> None:
    experiment = mlflow.get("experiments/get", experiment_id=KNOWN["experiment"])["experiment"]
    assert (experiment["name"], experiment["lifecycle_stage"], pairs(experiment["tags"])) == (
        "roads",
        "active",
        {"team": "blue"},
    )
    assert experiment["creation_time"] <= experiment["last_update_time"]


def test_experiments_get_refuses_an_unknown_id(mlflow: Mlflow) -> None:
    mlflow.refuse("RESOURCE_DOES_NOT_EXIST", "GET", "experiments/get", 404, experiment_id="nowhere")


def test_experiments_get_by_name(mlflow: Mlflow) -> None:
    assert (
        mlflow.get("experiments/get-by-name", experiment_name="roads")["experiment"]["experiment_id"]
        == KNOWN["experiment"]
    )


def test_experiments_set_tag(mlflow: Mlflow) -> None:
    assert (
        mlflow.post("experiments/set-experiment-tag", experiment_id=KNOWN["experiment"], key="note", value="good") == {}
    )


def test_experiments_delete_tag(mlflow: Mlflow) -> None:
    mlflow.post("experiments/set-experiment-tag", experiment_id=KNOWN["experiment"], key="gone", value="soon")
    mlflow.post("experiments/delete-experiment-tag", experiment_id=KNOWN["experiment"], key="gone")
    tags = pairs(mlflow.get("experiments/get", experiment_id=KNOWN["experiment"])["experiment"]["tags"])
    assert tags == {"team": "blue", "note": "good"}


def test_experiments_search_by_name(mlflow: Mlflow) -> None:
    mlflow.post("experiments/create", name="bridges")
    found = mlflow.post("experiments/search", max_results=10, filter="name LIKE 'road%'")
    assert [each["name"] for each in found["experiments"]] == ["roads"]


def test_experiments_search_by_tag(mlflow: Mlflow) -> None:
    found = mlflow.post("experiments/search", max_results=10, filter="tags.team = 'blue'")
    assert [each["name"] for each in found["experiments"]] == ["roads"]


def test_experiments_search_by_id(mlflow: Mlflow) -> None:
    found = mlflow.post("experiments/search", max_results=10, filter=f"experiment_id IN ('{KNOWN['experiment']}')")
    assert [each["name"] for each in found["experiments"]] == ["roads"]


def test_experiments_search_in_order_and_pages(mlflow: Mlflow) -> None:
    first = mlflow.post("experiments/search", max_results=1, order_by=["name ASC"])
    second = mlflow.post(
        "experiments/search", max_results=1, order_by=["name ASC"], page_token=first["next_page_token"]
    )
    assert [page["experiments"][0]["name"] for page in (first, second)] == ["bridges", "roads"]


def test_experiments_search_refuses_too_many_results(mlflow: Mlflow) -> None:
    mlflow.refuse("INVALID_PARAMETER_VALUE", "POST", "experiments/search", max_results=50_001)


def test_experiments_update_is_refused_as_by_azure(mlflow: Mlflow) -> None:
    mlflow.refuse(
        "INVALID_PARAMETER_VALUE", "POST", "experiments/update", experiment_id=KNOWN["experiment"], new_name="streets"
    )


def test_experiments_delete(mlflow: Mlflow) -> None:
    KNOWN["bridges"] = mlflow.get("experiments/get-by-name", experiment_name="bridges")["experiment"]["experiment_id"]
    mlflow.post("experiments/delete", experiment_id=KNOWN["bridges"])
    found = mlflow.post("experiments/search", max_results=10, view_type="DELETED_ONLY")
    assert [each["lifecycle_stage"] for each in found["experiments"]] == ["deleted"]


def test_runs_create_refuses_a_deleted_experiment(mlflow: Mlflow) -> None:
    assert "Current state is deleted" in mlflow.refuse(
        "INVALID_PARAMETER_VALUE", "POST", "runs/create", experiment_id=KNOWN["bridges"]
    )


def test_experiments_restore(mlflow: Mlflow) -> None:
    mlflow.post("experiments/restore", experiment_id=KNOWN["bridges"])
    assert mlflow.get("experiments/get", experiment_id=KNOWN["bridges"])["experiment"]["lifecycle_stage"] == "active"


# Runs


def test_runs_create(mlflow: Mlflow) -> None:
    tags = [{"key": "mlflow.user", "value": "anna"}]
    run = mlflow.post("runs/create", experiment_id=KNOWN["experiment"], run_name="first", start_time=1000, tags=tags)[
        "run"
    ]
    KNOWN["run"] = run["info"]["run_id"]
    assert (run["info"]["status"], run["info"]["run_name"], run["info"]["lifecycle_stage"]) == (
        "RUNNING",
        "first",
        "active",
    )


def test_runs_create_refuses_an_unknown_experiment(mlflow: Mlflow) -> None:
    mlflow.refuse("RESOURCE_DOES_NOT_EXIST", "POST", "runs/create", 404, experiment_id="nowhere")


def test_runs_log_metric(mlflow: Mlflow) -> None:
    assert mlflow.post("runs/log-metric", run_id=KNOWN["run"], key="loss", value=0.5, timestamp=1000, step=1) == {}


def test_runs_log_metric_accepts_nan(mlflow: Mlflow) -> None:
    mlflow.post("runs/log-metric", run_id=KNOWN["run"], key="odd", value="NaN", timestamp=1000)


@pytest.mark.parametrize("name", ["a//b", "../x", "/x", "x" * 251, "a\nb"])
def test_runs_log_metric_refuses_bad_names(mlflow: Mlflow, name: str) -> None:
    mlflow.refuse(
        "INVALID_PARAMETER_VALUE", "POST", "runs/log-metric", run_id=KNOWN["run"], key=name, value=1, timestamp=1
    )


def test_runs_log_parameter(mlflow: Mlflow) -> None:
    assert mlflow.post("runs/log-parameter", run_id=KNOWN["run"], key="lr", value="0.1") == {}


def test_runs_log_parameter_accepts_the_same_value_again(mlflow: Mlflow) -> None:
    mlflow.post("runs/log-parameter", run_id=KNOWN["run"], key="lr", value="0.1")


def test_runs_log_parameter_refuses_a_change(mlflow: Mlflow) -> None:
    message = mlflow.refuse(
        "INVALID_PARAMETER_VALUE", "POST", "runs/log-parameter", run_id=KNOWN["run"], key="lr", value="0.2"
    )
    assert message.startswith(
        "Changing param values is not allowed. Param with key='lr' was already logged with value='0.1'"
    )


def test_runs_log_parameter_refuses_a_long_value(mlflow: Mlflow) -> None:
    mlflow.post("runs/log-parameter", run_id=KNOWN["run"], key="long", value="x" * 6000)
    mlflow.refuse(
        "INVALID_PARAMETER_VALUE", "POST", "runs/log-parameter", run_id=KNOWN["run"], key="longer", value="x" * 6001
    )


def test_runs_log_batch(mlflow: Mlflow) -> None:
    metrics = [{"key": "loss", "value": 1 / step, "timestamp": 1000 + step, "step": step} for step in range(2, 1002)]
    assert mlflow.post("runs/log-batch", run_id=KNOWN["run"], metrics=metrics) == {}
    mlflow.post(
        "runs/log-batch", run_id=KNOWN["run"], params=[{"key": "size", "value": "8"}], tags=[{"key": "a", "value": "b"}]
    )


def test_runs_log_batch_refuses_too_many_metrics(mlflow: Mlflow) -> None:
    metrics = [{"key": "m", "value": 1, "timestamp": 1, "step": step} for step in range(1001)]
    message = mlflow.refuse("INVALID_PARAMETER_VALUE", "POST", "runs/log-batch", run_id=KNOWN["run"], metrics=metrics)
    assert message.startswith("A batch logging request can contain at most 1000 metrics. Got 1001 metrics.")


def test_runs_log_batch_refuses_too_many_parameters(mlflow: Mlflow) -> None:
    params = [{"key": f"p{number}", "value": "1"} for number in range(101)]
    mlflow.refuse("INVALID_PARAMETER_VALUE", "POST", "runs/log-batch", run_id=KNOWN["run"], params=params)


def test_runs_log_batch_refuses_too_many_tags(mlflow: Mlflow) -> None:
    tags = [{"key": f"t{number}", "value": "1"} for number in range(101)]
    mlflow.refuse("INVALID_PARAMETER_VALUE", "POST", "runs/log-batch", run_id=KNOWN["run"], tags=tags)


def test_runs_log_batch_refuses_a_parameter_with_two_values(mlflow: Mlflow) -> None:
    params = [{"key": "twice", "value": "1"}, {"key": "twice", "value": "2"}]
    assert "Duplicate parameter keys" in mlflow.refuse(
        "INVALID_PARAMETER_VALUE", "POST", "runs/log-batch", run_id=KNOWN["run"], params=params
    )


def test_runs_set_tag(mlflow: Mlflow) -> None:
    assert mlflow.post("runs/set-tag", run_id=KNOWN["run"], key="stage", value="trial") == {}


def test_runs_set_tag_refuses_a_long_value(mlflow: Mlflow) -> None:
    mlflow.post("runs/set-tag", run_id=KNOWN["run"], key="text", value="x" * 5000)
    mlflow.refuse("INVALID_PARAMETER_VALUE", "POST", "runs/set-tag", run_id=KNOWN["run"], key="text", value="x" * 5001)


def test_runs_delete_tag(mlflow: Mlflow) -> None:
    assert mlflow.post("runs/delete-tag", run_id=KNOWN["run"], key="text") == {}
    mlflow.refuse("RESOURCE_DOES_NOT_EXIST", "POST", "runs/delete-tag", 404, run_id=KNOWN["run"], key="text")


def test_runs_get(mlflow: Mlflow) -> None:
    run = mlflow.get("runs/get", run_id=KNOWN["run"])["run"]
    metrics = pairs(run["data"]["metrics"])
    assert math.isclose(float(metrics["loss"]), 1 / 1001) and metrics["odd"] == "NaN"
    assert pairs(run["data"]["params"])["size"] == "8"
    tags = pairs(run["data"]["tags"])
    assert (tags["stage"], tags["mlflow.runName"]) == ("trial", "first") and "text" not in tags


def test_runs_get_refuses_an_unknown_id(mlflow: Mlflow) -> None:
    mlflow.refuse("RESOURCE_DOES_NOT_EXIST", "GET", "runs/get", 404, run_id="nowhere")


def test_runs_log_inputs(mlflow: Mlflow) -> None:
    dataset = {"name": "potholes", "digest": "abc", "source_type": "local", "source": "{}"}
    tags = [{"key": "mlflow.data.context", "value": "training"}]
    assert mlflow.post("runs/log-inputs", run_id=KNOWN["run"], datasets=[{"dataset": dataset, "tags": tags}]) == {}
    inputs = mlflow.get("runs/get", run_id=KNOWN["run"])["run"]["inputs"]["dataset_inputs"]
    assert inputs == [{"dataset": dataset, "tags": tags}]


def test_runs_log_model(mlflow: Mlflow) -> None:
    model = {"artifact_path": "model", "flavors": {}, "utc_time_created": "2026-01-01 00:00:00", "run_id": KNOWN["run"]}
    assert mlflow.post("runs/log-model", run_id=KNOWN["run"], model_json=json.dumps(model)) == {}
    tags = pairs(mlflow.get("runs/get", run_id=KNOWN["run"])["run"]["data"]["tags"])
    assert json.loads(tags["mlflow.log-model.history"]) == [model]


def test_runs_create_nested(mlflow: Mlflow) -> None:
    tags = [{"key": "mlflow.parentRunId", "value": KNOWN["run"]}]
    child = mlflow.post("runs/create", experiment_id=KNOWN["experiment"], run_name="child", tags=tags)["run"]
    KNOWN["child"] = child["info"]["run_id"]
    assert pairs(child["data"]["tags"])["mlflow.rootRunId"] == KNOWN["run"]


def search(mlflow: Mlflow, filter: str = "", **more: Any) -> list[str]:
    found = mlflow.post("runs/search", experiment_ids=[KNOWN["experiment"]], filter=filter, **more)
    return [run["info"]["run_name"] for run in found["runs"]]


def test_runs_search_children(mlflow: Mlflow) -> None:
    assert search(mlflow, f"tags.mlflow.parentRunId = '{KNOWN['run']}'") == ["child"]


def test_runs_search_by_metric_and_parameter(mlflow: Mlflow) -> None:
    assert search(mlflow, "metrics.loss < 0.01 AND params.lr = '0.1'") == ["first"]


def test_runs_search_by_status(mlflow: Mlflow) -> None:
    mlflow.post("runs/update", run_id=KNOWN["child"], status="FINISHED", end_time=2000)
    assert search(mlflow, "attributes.status = 'FINISHED'") == ["child"]


def test_runs_search_in_order_and_pages(mlflow: Mlflow) -> None:
    ids = [KNOWN["experiment"]]
    first = mlflow.post("runs/search", experiment_ids=ids, max_results=1, order_by=["attributes.start_time DESC"])
    second = mlflow.post(
        "runs/search",
        experiment_ids=ids,
        max_results=1,
        order_by=["attributes.start_time DESC"],
        page_token=first["next_page_token"],
    )
    assert [page["runs"][0]["info"]["run_name"] for page in (first, second)] == ["child", "first"]


def test_runs_search_refuses_unequal_tags_as_azure_does(mlflow: Mlflow) -> None:
    mlflow.refuse(
        "INVALID_PARAMETER_VALUE",
        "POST",
        "runs/search",
        experiment_ids=[KNOWN["experiment"]],
        filter="tags.stage != 'x'",
    )


def test_runs_search_refuses_to_sort_by_metrics_as_azure_does(mlflow: Mlflow) -> None:
    mlflow.refuse(
        "INVALID_PARAMETER_VALUE",
        "POST",
        "runs/search",
        experiment_ids=[KNOWN["experiment"]],
        order_by=["metrics.loss ASC"],
    )


def test_runs_search_refuses_or(mlflow: Mlflow) -> None:
    mlflow.refuse(
        "INVALID_PARAMETER_VALUE", "POST", "runs/search", experiment_ids=["x"], filter="metrics.a = 1 OR metrics.b = 2"
    )


def test_metrics_get_history(mlflow: Mlflow) -> None:
    first = mlflow.get("metrics/get-history", run_id=KNOWN["run"], metric_key="loss", max_results=600)
    token = first["next_page_token"]
    second = mlflow.get(
        "metrics/get-history", run_id=KNOWN["run"], metric_key="loss", max_results=600, page_token=token
    )
    assert [point["step"] for page in (first, second) for point in page["metrics"]] == list(range(1, 1002))


def test_metrics_get_history_bulk(mlflow: Mlflow) -> None:
    found = mlflow.get(
        "metrics/get-history-bulk", run_id=[KNOWN["run"], KNOWN["child"]], metric_key="loss", max_results=3
    )
    assert [(point["run_id"], point["step"]) for point in found["metrics"]] == [
        (KNOWN["run"], step) for step in (1, 2, 3)
    ]


def test_metrics_get_history_bulk_interval(mlflow: Mlflow) -> None:
    found = mlflow.get(
        "metrics/get-history-bulk-interval",
        run_ids=[KNOWN["run"]],
        metric_key="loss",
        start_step=10,
        end_step=12,
        max_results=10,
    )
    assert [point["step"] for point in found["metrics"]] == [10, 11, 12]


def test_runs_update(mlflow: Mlflow) -> None:
    info = mlflow.post("runs/update", run_id=KNOWN["run"], status="FINISHED", run_name="renamed")["run_info"]
    assert (info["status"], info["run_name"]) == ("FINISHED", "renamed")


def test_runs_update_refuses_an_unknown_status(mlflow: Mlflow) -> None:
    mlflow.refuse("INVALID_PARAMETER_VALUE", "POST", "runs/update", run_id=KNOWN["run"], status="DONE")


def test_runs_delete(mlflow: Mlflow) -> None:
    assert mlflow.post("runs/delete", run_id=KNOWN["child"]) == {}
    assert search(mlflow, run_view_type="DELETED_ONLY") == ["child"]


def test_runs_log_metric_refuses_a_deleted_run(mlflow: Mlflow) -> None:
    message = mlflow.refuse(
        "INVALID_PARAMETER_VALUE", "POST", "runs/log-metric", run_id=KNOWN["child"], key="x", value=1, timestamp=1
    )
    assert message == f"The run {KNOWN['child']} must be in the 'active' state. Current state is deleted."


def test_runs_restore(mlflow: Mlflow) -> None:
    mlflow.post("runs/restore", run_id=KNOWN["child"])
    assert search(mlflow, run_view_type="ACTIVE_ONLY") == ["child", "renamed"]


def test_artifacts_list(mlflow: Mlflow, emulator: Emulator) -> None:
    scope = mlflow.arm.replace("/subscriptions", "/artifact/v2.0/subscriptions", 1)
    address = f"{scope}/artifacts/ExperimentRun/dcid.{KNOWN['run']}"
    sent = mlflow.session.post(f"{address}/content", params={"path": "model/MLmodel"}, data=b"flavors: {}\n")
    assert sent.status_code == 200
    root = mlflow.get("artifacts/list", run_id=KNOWN["run"])
    assert [(file["path"], file["is_dir"]) for file in root["files"]] == [("model", True)]
    files = mlflow.get("artifacts/list", run_id=KNOWN["run"], path="model")["files"]
    assert [(file["path"], file["file_size"]) for file in files] == [("model/MLmodel", 12)]


# What Azure does not have


def test_logged_models_are_missing_as_on_azure(mlflow: Mlflow) -> None:
    answer = mlflow.send("POST", "logged-models", experiment_id=KNOWN["experiment"])
    assert (answer.status_code, answer.content) == (404, b"")


def test_anything_else_is_501_in_the_form_of_mlflow(mlflow: Mlflow) -> None:
    mlflow.refuse("NOT_IMPLEMENTED", "POST", "webhooks/create", 501, name="x")


def test_nested_runs_from_the_token_of_a_job(mlflow: Mlflow) -> None:
    """A job's token makes runs below its own, and no others."""
    arm = {"api-version": "2024-10-01"}
    compute = {
        "computeType": "AmlCompute",
        "properties": {"vmSize": "Standard_DS3_v2", "scaleSettings": {"maxNodeCount": 1}},
    }
    mlflow.session.put(
        f"{mlflow.arm}/computes/nested", params=arm, json={"location": "westeurope", "properties": compute}
    )
    mlflow.session.put(
        f"{mlflow.arm}/environments/nested/versions/1",
        params=arm,
        json={"properties": {"image": "registry.example/x:1"}},
    )
    scope = mlflow.arm.split("/subscriptions", 1)[1]
    script = (
        "import json, os, ssl, urllib.request, urllib.error\n"
        "base = os.environ['MLFLOW_TRACKING_URI'].replace('azureml://', 'https://') + '/api/2.0/mlflow/'\n"
        "trust = ssl.create_default_context(cafile=os.environ['MLFLOW_TRACKING_SERVER_CERT_PATH'])\n"
        "def post(path, **body):\n"
        "    token = 'Bearer ' + os.environ['MLFLOW_TRACKING_TOKEN']\n"
        "    headers = {'Authorization': token, 'Content-Type': 'application/json'}\n"
        "    request = urllib.request.Request(base + path, json.dumps(body).encode(), headers)\n"
        "    return json.load(urllib.request.urlopen(request, context=trust))\n"
        "parent = [{'key': 'mlflow.parentRunId', 'value': os.environ['MLFLOW_RUN_ID']}]\n"
        "child = post('runs/create', experiment_id=os.environ['MLFLOW_EXPERIMENT_ID'], run_name='below', tags=parent)\n"
        "post('runs/log-metric', run_id=child['run']['info']['run_id'], key='loss', value=1, timestamp=1)\n"
        "try:\n"
        "    post('runs/create', experiment_id=os.environ['MLFLOW_EXPERIMENT_ID'])\n"
        "    raise SystemExit('a run beside the job was made')\n"
        "except urllib.error.HTTPError as error:\n"
        "    assert error.code == 403, error.code\n"
    )
    job = {
        "jobType": "Command",
        "experimentName": "nested",
        "command": f"python3 - <<'END'\n{script}END",
        "computeId": f"/subscriptions{scope}/computes/nested",
        "environmentId": f"/subscriptions{scope}/environments/nested/versions/1",
    }
    assert mlflow.session.put(f"{mlflow.arm}/jobs/nests", params=arm, json={"properties": job}).status_code == 201
    while True:
        status = mlflow.session.get(f"{mlflow.arm}/jobs/nests", params=arm).json()["properties"]["status"]
        if status in ("Completed", "Failed", "Canceled"):
            break
    assert status == "Completed"
    experiment = mlflow.get("experiments/get-by-name", experiment_name="nested")["experiment"]["experiment_id"]
    found = mlflow.post("runs/search", experiment_ids=[experiment], filter="tags.mlflow.parentRunId = 'nests'")["runs"]
    assert [run["info"]["run_name"] for run in found] == ["below"]
