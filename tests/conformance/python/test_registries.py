"""Registries of Azure ML and their assets, by the REST client that MLClient carries (2022-10-01-preview)."""

from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

from emulator import GROUP, LOCATION, SUBSCRIPTION, Emulator

AT = (GROUP, "shared")
CODE = "https://account.blob.core.windows.net/container/code"
VERSIONS: dict[str, dict[str, Any]] = {
    "code": {"code_uri": CODE},
    "component": {"component_spec": {"name": "asset", "type": "command", "command": "true"}},
    "environment": {"image": "registry.example/detection:1"},
    "model": {"model_uri": "azureml://jobs/job/outputs/artifacts/paths/model", "model_type": "custom_model"},
}


@pytest.fixture(scope="module")
def rest(emulator: Emulator) -> Any:
    from azure.ai.ml._restclient.v2022_10_01_preview import AzureMachineLearningWorkspaces

    return AzureMachineLearningWorkspaces(
        emulator.credential, SUBSCRIPTION, base_url=emulator.endpoint, polling_interval=0.1
    )


@pytest.fixture(scope="module")
def models() -> Any:
    from azure.ai.ml._restclient.v2022_10_01_preview import models

    return models


def names(items: Any) -> list[str]:
    return [item.name for item in items]


def test_registries_create(rest: Any, models: Any) -> None:
    given = models.Registry(location=LOCATION, properties=models.RegistryProperties(public_network_access="Enabled"))
    assert rest.registries.begin_create_or_update(*AT, given).result().name == "shared"


def test_registries_get(rest: Any) -> None:
    read = rest.registries.get(*AT)
    assert (read.location, read.properties.public_network_access) == (LOCATION, "Enabled")


def test_registries_update(rest: Any, models: Any) -> None:
    changed = rest.registries.update(*AT, models.PartialRegistryPartialTrackedResource(tags={"team": "roads"}))
    assert (changed.tags, changed.location) == ({"team": "roads"}, LOCATION)


def test_registries_list(rest: Any) -> None:
    assert names(rest.registries.list(GROUP)) == ["shared"]
    assert names(rest.registries.list_by_subscription()) == ["shared"]


@pytest.mark.parametrize("kind", list(VERSIONS))
def test_registries_hold_containers(rest: Any, models: Any, kind: str) -> None:
    containers = getattr(rest, f"registry_{kind}_containers")
    name = kind.capitalize()
    given = getattr(models, f"{name}Container")(
        properties=getattr(models, f"{name}ContainerProperties")(tags={"a": "b"})
    )
    created = containers.begin_create_or_update(*AT, "asset", given).result()
    assert created.type == f"Microsoft.MachineLearningServices/registries/{kind}s"
    assert containers.get(*AT, "asset").properties.tags == {"a": "b"}
    assert names(containers.list(*AT)) == ["asset"]


@pytest.mark.parametrize("kind", list(VERSIONS))
def test_registries_hold_versions(rest: Any, models: Any, kind: str) -> None:
    versions = getattr(rest, f"registry_{kind}_versions")
    name = kind.capitalize()
    given = getattr(models, f"{name}Version")(
        properties=getattr(models, f"{name}VersionProperties")(description="made by a client", **VERSIONS[kind])
    )
    created = versions.begin_create_or_update(*AT, "asset", "1", given).result()
    assert f"/registries/shared/{kind}s/asset/versions/1" in created.id
    assert versions.get(*AT, "asset", "1").properties.description == "made by a client"
    assert names(versions.list(*AT, "asset")) == ["1"]


@pytest.mark.parametrize("kind", list(VERSIONS))
def test_registries_delete_assets(rest: Any, kind: str) -> None:
    versions, containers = getattr(rest, f"registry_{kind}_versions"), getattr(rest, f"registry_{kind}_containers")
    versions.begin_delete(*AT, "asset", "1").result()
    with pytest.raises(ResourceNotFoundError):
        versions.get(*AT, "asset", "1")
    containers.begin_delete(*AT, "asset").result()
    with pytest.raises(ResourceNotFoundError, match="registry 'shared'"):
        containers.get(*AT, "asset")


def test_registries_refuse_an_unknown_one(rest: Any) -> None:
    with pytest.raises(ResourceNotFoundError, match="registries/none"):
        rest.registries.get(GROUP, "none")


def test_registries_refuse_what_is_not_emulated(rest: Any, models: Any) -> None:
    with pytest.raises(HttpResponseError) as refused:
        rest.batch_endpoints.get(GROUP, "work", "x")
    assert refused.value.status_code == 501


def test_registries_delete(rest: Any) -> None:
    rest.registries.begin_delete(*AT).result()
    assert names(rest.registries.list(GROUP)) == []
