"""MLflow's registry, call by call as its documentation describes it, with what Azure ML refuses."""

import pytest

from mlflow_rest import Mlflow


@pytest.fixture(scope="module")
def run(mlflow: Mlflow) -> str:
    """The id of a run whose model is registered."""
    experiment = mlflow.post("experiments/create", name="registry")["experiment_id"]
    return str(mlflow.post("runs/create", experiment_id=experiment)["run"]["info"]["run_id"])


def test_registered_models_create(mlflow: Mlflow) -> None:
    model = mlflow.post("registered-models/create", name="detector", description="finds potholes")["registered_model"]
    assert (model["name"], model["description"]) == ("detector", "finds potholes")


def test_registered_models_create_refuses_a_name_that_exists(mlflow: Mlflow) -> None:
    mlflow.refuse("RESOURCE_ALREADY_EXISTS", "POST", "registered-models/create", name="detector")


def test_model_versions_create(mlflow: Mlflow, run: str) -> None:
    source = f"runs:/{run}/model"
    version = mlflow.post("model-versions/create", name="detector", source=source, run_id=run)["model_version"]
    assert (version["version"], version["status"], version["run_id"]) == ("1", "READY", run)
    assert mlflow.post("model-versions/create", name="detector", source=source)["model_version"]["version"] == "2"


def test_model_versions_create_refuses_a_local_path(mlflow: Mlflow) -> None:
    message = mlflow.refuse(
        "INVALID_PARAMETER_VALUE", "POST", "model-versions/create", name="detector", source="/etc/passwd"
    )
    assert message.startswith("Invalid model version source")


def test_model_versions_get(mlflow: Mlflow) -> None:
    assert mlflow.get("model-versions/get", name="detector", version="1")["model_version"]["current_stage"] == "None"


def test_model_versions_get_download_uri(mlflow: Mlflow, run: str) -> None:
    address = mlflow.get("model-versions/get-download-uri", name="detector", version="1")["artifact_uri"]
    assert address == f"azureml://jobs/{run}/outputs/artifacts/paths/model"


def test_model_versions_update(mlflow: Mlflow) -> None:
    changed = mlflow.expect(200, "PATCH", "model-versions/update", name="detector", version="1", description="first")
    assert changed["model_version"]["description"] == "first"


def test_model_versions_transition_stage(mlflow: Mlflow) -> None:
    fields = {"name": "detector", "version": "1", "stage": "Production", "archive_existing_versions": False}
    assert mlflow.post("model-versions/transition-stage", **fields)["model_version"]["current_stage"] == "Production"


def test_model_versions_set_and_delete_tag(mlflow: Mlflow) -> None:
    assert mlflow.post("model-versions/set-tag", name="detector", version="1", key="good", value="yes") == {}
    assert mlflow.expect(200, "DELETE", "model-versions/delete-tag", name="detector", version="1", key="good") == {}


def test_model_versions_search(mlflow: Mlflow) -> None:
    found = mlflow.get("model-versions/search", filter="name = 'detector'")["model_versions"]
    assert [version["version"] for version in found] == ["2", "1"]


def test_registered_models_get(mlflow: Mlflow) -> None:
    model = mlflow.get("registered-models/get", name="detector")["registered_model"]
    assert sorted(version["version"] for version in model["latest_versions"]) == ["1", "2"]


def test_registered_models_get_latest_versions(mlflow: Mlflow) -> None:
    found = mlflow.post("registered-models/get-latest-versions", name="detector", stages=["Production"])[
        "model_versions"
    ]
    assert [version["version"] for version in found] == ["1"]


def test_registered_models_update(mlflow: Mlflow) -> None:
    changed = mlflow.expect(200, "PATCH", "registered-models/update", name="detector", description="better")
    assert changed["registered_model"]["description"] == "better"


def test_registered_models_set_and_delete_tag(mlflow: Mlflow) -> None:
    assert mlflow.post("registered-models/set-tag", name="detector", key="team", value="blue") == {}
    assert mlflow.expect(200, "DELETE", "registered-models/delete-tag", name="detector", key="team") == {}


def test_registered_models_search(mlflow: Mlflow) -> None:
    assert [
        model["name"]
        for model in mlflow.get("registered-models/search", filter="name = 'detector'")["registered_models"]
    ] == ["detector"]


def test_registered_models_search_refuses_like_as_azure_does(mlflow: Mlflow) -> None:
    mlflow.refuse("INVALID_PARAMETER_VALUE", "GET", "registered-models/search", filter="name LIKE 'd%'")


def test_registered_models_rename_and_delete_are_refused_as_by_azure(mlflow: Mlflow) -> None:
    mlflow.refuse("INVALID_PARAMETER_VALUE", "POST", "registered-models/rename", name="detector", new_name="finder")
    mlflow.refuse("INVALID_PARAMETER_VALUE", "DELETE", "registered-models/delete", name="detector")


def test_registered_models_set_alias(mlflow: Mlflow) -> None:
    assert mlflow.post("registered-models/alias", name="detector", alias="champion", version="1") == {}
    assert mlflow.post("registered-models/alias", name="detector", alias="challenger", version="2") == {}
    assert mlflow.post("registered-models/alias", name="detector", alias="champion", version="2") == {}
    aliases = mlflow.get("registered-models/get", name="detector")["registered_model"]["aliases"]
    assert {each["alias"]: each["version"] for each in aliases} == {"champion": "2", "challenger": "2"}


def test_registered_models_get_by_alias(mlflow: Mlflow) -> None:
    version = mlflow.get("registered-models/alias", name="detector", alias="champion")["model_version"]
    assert (version["version"], sorted(version["aliases"])) == ("2", ["challenger", "champion"])


@pytest.mark.parametrize("alias", ["latest", "v1", "a b", "x" * 256])
def test_registered_models_set_alias_refuses_the_name(mlflow: Mlflow, alias: str) -> None:
    fields = {"name": "detector", "alias": alias, "version": "1"}
    mlflow.refuse("INVALID_PARAMETER_VALUE", "POST", "registered-models/alias", **fields)


def test_registered_models_set_alias_refuses_an_unknown_version(mlflow: Mlflow) -> None:
    fields = {"name": "detector", "alias": "champion", "version": "9"}
    mlflow.refuse("RESOURCE_DOES_NOT_EXIST", "POST", "registered-models/alias", 404, **fields)


def test_registered_models_delete_alias(mlflow: Mlflow) -> None:
    assert mlflow.expect(200, "DELETE", "registered-models/alias", name="detector", alias="challenger") == {}
    message = mlflow.refuse(
        "INVALID_PARAMETER_VALUE", "GET", "registered-models/alias", name="detector", alias="challenger"
    )
    assert message == "Registered model alias challenger not found."


def test_model_versions_delete(mlflow: Mlflow) -> None:
    assert mlflow.expect(200, "DELETE", "model-versions/delete", name="detector", version="2") == {}
    mlflow.refuse("RESOURCE_DOES_NOT_EXIST", "GET", "model-versions/get", 404, name="detector", version="2")


def test_the_registry_shows_the_models_of_arm(mlflow: Mlflow) -> None:
    shown = mlflow.session.get(f"{mlflow.arm}/models/detector/versions/1", params={"api-version": "2024-10-01"}).json()
    assert shown["properties"]["description"] == "first"
