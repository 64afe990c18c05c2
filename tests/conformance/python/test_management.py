"""Microsoft's Python management SDK (azure-mgmt-machinelearningservices 2.0.0b1) in five api-versions, call by call."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

from emulator import GROUP, LOCATION, SUBSCRIPTION, Emulator

VERSIONS = ["2022-10-01", "2023-04-01", "2023-10-01", "2024-04-01", "2024-10-01"]
KINDS = ["environment", "model", "data", "code", "component"]
TAGS = {"team": "roads"}


class Management:
    """The client in one api-version, with a workspace of its own."""

    def __init__(self, emulator: Emulator, version: str) -> None:
        from azure.mgmt.machinelearningservices import MachineLearningServicesMgmtClient, models

        self.version = version
        self.models = models
        self.client: Any = MachineLearningServicesMgmtClient(
            emulator.credential, SUBSCRIPTION, base_url=emulator.endpoint, api_version=version, polling_interval=0.1
        )
        self.workspace = f"work-{version}"
        self.at = (GROUP, self.workspace)

    def id(self, path: str) -> str:
        """Returns the ARM id of something in the workspace."""
        scope = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}/providers/Microsoft.MachineLearningServices"
        return f"{scope}/workspaces/{self.workspace}/{path}"


@pytest.fixture(scope="module", params=VERSIONS)
def sdk(emulator: Emulator, request: pytest.FixtureRequest) -> Iterator[Management]:
    yield Management(emulator, request.param)


def names(items: Any) -> list[str]:
    return [item.name for item in items]


# Workspaces


def test_workspaces_create(sdk: Management) -> None:
    given = sdk.models.Workspace(location=LOCATION, tags=TAGS, description="roads", friendly_name="Roads")
    created = sdk.client.workspaces.begin_create_or_update(*sdk.at, given).result()
    assert (created.name, created.tags, created.description, created.provisioning_state) == (
        sdk.workspace,
        TAGS,
        "roads",
        "Succeeded",
    )


def test_workspaces_get(sdk: Management) -> None:
    read = sdk.client.workspaces.get(*sdk.at)
    assert read.ml_flow_tracking_uri.startswith("azureml://") and read.workspace_id


def test_workspaces_get_refuses_an_unknown_name(sdk: Management) -> None:
    with pytest.raises(ResourceNotFoundError):
        sdk.client.workspaces.get(GROUP, "nowhere")


def test_workspaces_list_by_resource_group(sdk: Management) -> None:
    assert sdk.workspace in names(sdk.client.workspaces.list_by_resource_group(GROUP))


def test_workspaces_list_by_subscription(sdk: Management) -> None:
    assert sdk.workspace in names(sdk.client.workspaces.list_by_subscription())


def test_workspaces_update(sdk: Management) -> None:
    changed = sdk.client.workspaces.begin_update(
        *sdk.at, sdk.models.WorkspaceUpdateParameters(description="changed")
    ).result()
    assert (changed.description, changed.friendly_name) == ("changed", "Roads")


def test_workspaces_list_keys(sdk: Management) -> None:
    assert sdk.client.workspaces.list_keys(*sdk.at).user_storage_key


def test_workspaces_list_storage_account_keys(sdk: Management) -> None:
    assert sdk.client.workspaces.list_storage_account_keys(*sdk.at).user_storage_key


def test_workspaces_resync_keys(sdk: Management) -> None:
    sdk.client.workspaces.begin_resync_keys(*sdk.at).result()


def test_workspaces_diagnose(sdk: Management) -> None:
    assert sdk.client.workspaces.begin_diagnose(*sdk.at).result().value.storage_account_results == []


def test_workspaces_list_outbound_network_dependencies(sdk: Management) -> None:
    assert sdk.client.workspaces.list_outbound_network_dependencies_endpoints(*sdk.at).value == []


def test_workspace_features_list(sdk: Management) -> None:
    assert list(sdk.client.workspace_features.list(*sdk.at)) == []


def test_private_link_resources_list(sdk: Management) -> None:
    assert sdk.client.private_link_resources.list(*sdk.at).value == []


def test_private_endpoint_connections(sdk: Management) -> None:
    assert list(sdk.client.private_endpoint_connections.list(*sdk.at)) == []
    sdk.client.private_endpoint_connections.delete(*sdk.at, "none")
    with pytest.raises(ResourceNotFoundError):
        sdk.client.private_endpoint_connections.get(*sdk.at, "none")


def test_workspace_connections_create(sdk: Management) -> None:
    properties = sdk.models.NoneAuthTypeWorkspaceConnectionProperties(
        category="Git", target="https://git.example/roads"
    )
    created = sdk.client.workspace_connections.create(
        *sdk.at, "roads", sdk.models.WorkspaceConnectionPropertiesV2BasicResource(properties=properties)
    )
    assert (created.name, created.properties.target) == ("roads", "https://git.example/roads")


def test_workspace_connections_get(sdk: Management) -> None:
    assert sdk.client.workspace_connections.get(*sdk.at, "roads").properties.category == "Git"


def test_workspace_connections_list(sdk: Management) -> None:
    assert names(sdk.client.workspace_connections.list(*sdk.at)) == ["roads"]


def test_workspace_connections_delete(sdk: Management) -> None:
    sdk.client.workspace_connections.delete(*sdk.at, "roads")
    assert names(sdk.client.workspace_connections.list(*sdk.at)) == []


# Regions


def test_virtual_machine_sizes_list(sdk: Management) -> None:
    assert "Standard_NC4as_T4_v3" in names(sdk.client.virtual_machine_sizes.list(LOCATION).value)


def test_usages_list(sdk: Management) -> None:
    assert any(
        usage.name.value == "Total Cluster Dedicated Regional vCPUs" for usage in sdk.client.usages.list(LOCATION)
    )


def test_quotas_list(sdk: Management) -> None:
    assert all(quota.limit > 0 and quota.unit == "Count" for quota in sdk.client.quotas.list(LOCATION))


def test_operations_list(sdk: Management) -> None:
    assert "Microsoft.MachineLearningServices/workspaces/jobs/read" in names(sdk.client.operations.list())


# Computes


def test_compute_create(sdk: Management) -> None:
    m = sdk.models
    scale = m.ScaleSettings(max_node_count=2, min_node_count=0, node_idle_time_before_scale_down="PT15M")
    cluster = m.AmlCompute(properties=m.AmlComputeProperties(vm_size="Standard_DS3_v2", scale_settings=scale))
    created = sdk.client.compute.begin_create_or_update(
        *sdk.at, "cpu", m.ComputeResource(location=LOCATION, properties=cluster)
    ).result()
    assert created.properties.provisioning_state == "Succeeded"


def test_compute_get(sdk: Management) -> None:
    assert sdk.client.compute.get(*sdk.at, "cpu").properties.properties.vm_size == "Standard_DS3_v2"


def test_compute_list(sdk: Management) -> None:
    assert names(sdk.client.compute.list(*sdk.at)) == ["cpu"]


def test_compute_update(sdk: Management) -> None:
    m = sdk.models
    change = m.ClusterUpdateParameters(
        properties=m.ScaleSettingsInformation(scale_settings=m.ScaleSettings(max_node_count=3))
    )
    try:
        sdk.client.compute.begin_update(*sdk.at, "cpu", change).result()
    except TypeError:  # This version of the models flattens the parameters.
        sdk.client.compute.begin_update(
            *sdk.at, "cpu", m.ClusterUpdateParameters(scale_settings=m.ScaleSettings(max_node_count=3))
        ).result()
    assert sdk.client.compute.get(*sdk.at, "cpu").properties.properties.scale_settings.max_node_count == 3


def test_compute_list_nodes(sdk: Management) -> None:
    assert list(sdk.client.compute.list_nodes(*sdk.at, "cpu")) == []


# Datastores


def test_datastores_create(sdk: Management) -> None:
    m = sdk.models
    credentials = m.AccountKeyDatastoreCredentials(secrets=m.AccountKeyDatastoreSecrets(key="cGxhbnRlZA=="))
    properties = m.AzureBlobDatastore(
        account_name="account", container_name="images", credentials=credentials, tags=TAGS
    )
    created = sdk.client.datastores.create_or_update(GROUP, sdk.workspace, "images", m.Datastore(properties=properties))
    assert (created.properties.account_name, created.properties.tags) == ("account", TAGS)


def test_datastores_get(sdk: Management) -> None:
    assert sdk.client.datastores.get(*sdk.at, "images").properties.container_name == "images"


def test_datastores_list(sdk: Management) -> None:
    assert {"images", "workspaceblobstore"} <= set(names(sdk.client.datastores.list(*sdk.at)))


def test_datastores_list_secrets(sdk: Management) -> None:
    assert sdk.client.datastores.list_secrets(*sdk.at, "images").key == "cGxhbnRlZA=="


def test_datastores_list_secrets_of_the_default(sdk: Management) -> None:
    assert sdk.client.datastores.list_secrets(*sdk.at, "workspaceblobstore").key


def test_datastores_delete(sdk: Management) -> None:
    sdk.client.datastores.delete(*sdk.at, "images")
    with pytest.raises(ResourceNotFoundError):
        sdk.client.datastores.get(*sdk.at, "images")


# Assets


def container(sdk: Management, kind: str) -> Any:
    m = sdk.models
    make: dict[str, Callable[[], Any]] = {
        "environment": lambda: m.EnvironmentContainer(properties=m.EnvironmentContainerProperties(tags=TAGS)),
        "model": lambda: m.ModelContainer(properties=m.ModelContainerProperties(tags=TAGS)),
        "data": lambda: m.DataContainer(properties=m.DataContainerProperties(data_type="uri_folder", tags=TAGS)),
        "code": lambda: m.CodeContainer(properties=m.CodeContainerProperties(tags=TAGS)),
        "component": lambda: m.ComponentContainer(properties=m.ComponentContainerProperties(tags=TAGS)),
    }
    return make[kind]()


def version(sdk: Management, kind: str, other: bool = False) -> Any:
    m = sdk.models
    end = "other" if other else "first"
    make: dict[str, Callable[[], Any]] = {
        "environment": lambda: m.EnvironmentVersion(
            properties=m.EnvironmentVersionProperties(image=f"registry.example/{end}:1", tags=TAGS)
        ),
        "model": lambda: m.ModelVersion(
            properties=m.ModelVersionProperties(
                model_uri=f"azureml://datastores/workspaceblobstore/paths/{end}/", model_type="custom_model", tags=TAGS
            )
        ),
        "data": lambda: m.DataVersionBase(
            properties=m.UriFolderDataVersion(
                data_uri=f"azureml://datastores/workspaceblobstore/paths/{end}/", tags=TAGS
            )
        ),
        "code": lambda: m.CodeVersion(
            properties=m.CodeVersionProperties(code_uri=f"https://account.blob.core.windows.net/code/{end}", tags=TAGS)
        ),
        "component": lambda: m.ComponentVersion(
            properties=m.ComponentVersionProperties(
                component_spec={"name": "asset", "command": f"echo {end}"}, tags=TAGS
            )
        ),
    }
    return make[kind]()


def containers(sdk: Management, kind: str) -> Any:
    return getattr(sdk.client, f"{kind}_containers")


def versions(sdk: Management, kind: str) -> Any:
    return getattr(sdk.client, f"{kind}_versions")


@pytest.mark.parametrize("kind", KINDS)
def test_containers_create(sdk: Management, kind: str) -> None:
    created = containers(sdk, kind).create_or_update(*sdk.at, "asset", container(sdk, kind))
    assert (created.name, created.properties.tags, created.properties.next_version) == ("asset", TAGS, "1")


@pytest.mark.parametrize("kind", KINDS)
def test_versions_create(sdk: Management, kind: str) -> None:
    created = versions(sdk, kind).create_or_update(*sdk.at, "asset", "1", version(sdk, kind))
    assert (created.name, created.properties.tags, created.properties.is_archived) == ("1", TAGS, False)


@pytest.mark.parametrize("kind", KINDS)
def test_containers_get(sdk: Management, kind: str) -> None:
    assert containers(sdk, kind).get(*sdk.at, "asset").properties.latest_version == "1"


@pytest.mark.parametrize("kind", KINDS)
def test_containers_list(sdk: Management, kind: str) -> None:
    assert names(containers(sdk, kind).list(*sdk.at)) == ["asset"]


@pytest.mark.parametrize("kind", KINDS)
def test_versions_get(sdk: Management, kind: str) -> None:
    assert versions(sdk, kind).get(*sdk.at, "asset", "1").system_data.created_at


@pytest.mark.parametrize("kind", KINDS)
def test_versions_list(sdk: Management, kind: str) -> None:
    assert names(versions(sdk, kind).list(*sdk.at, "asset")) == ["1"]


@pytest.mark.parametrize("kind", KINDS)
def test_versions_create_refuses_a_change(sdk: Management, kind: str) -> None:
    with pytest.raises(HttpResponseError) as refused:
        versions(sdk, kind).create_or_update(*sdk.at, "asset", "1", version(sdk, kind, other=True))
    assert refused.value.status_code == 409


@pytest.mark.parametrize("kind", KINDS)
def test_versions_delete(sdk: Management, kind: str) -> None:
    versions(sdk, kind).delete(*sdk.at, "asset", "1")
    with pytest.raises(ResourceNotFoundError):
        versions(sdk, kind).get(*sdk.at, "asset", "1")


@pytest.mark.parametrize("kind", KINDS)
def test_containers_delete(sdk: Management, kind: str) -> None:
    containers(sdk, kind).delete(*sdk.at, "asset")
    with pytest.raises(ResourceNotFoundError):
        containers(sdk, kind).get(*sdk.at, "asset")


# Jobs


def job(sdk: Management, command: str) -> Any:
    m = sdk.models
    properties = m.CommandJob(
        command=command,
        environment_id=sdk.id("environments/detection/versions/1"),
        compute_id=sdk.id("computes/cpu"),
        experiment_name="potholes",
        display_name="Potholes",
        tags=TAGS,
        environment_variables={"WORD": "hello"},
        inputs={"steps": m.LiteralJobInput(value="3")},
        outputs={"model": m.UriFolderJobOutput(mode="ReadWriteMount")},
        limits=m.CommandJobLimits(timeout="PT5M"),
    )
    return m.JobBase(properties=properties)


def test_jobs_create(sdk: Management) -> None:
    m = sdk.models
    given = m.EnvironmentVersion(properties=m.EnvironmentVersionProperties(image="registry.example/detection:1"))
    sdk.client.environment_versions.create_or_update(*sdk.at, "detection", "1", given)
    command = 'test "$WORD ${{inputs.steps}}" = "hello 3" && echo made > ${{outputs.model}}/m.txt'
    assert (
        sdk.client.jobs.create_or_update(*sdk.at, f"runs-{sdk.version}", job(sdk, command)).properties.job_type
        == "Command"
    )


def test_jobs_get(sdk: Management) -> None:
    while True:
        found = sdk.client.jobs.get(*sdk.at, f"runs-{sdk.version}").properties
        if found.status in ("Completed", "Failed", "Canceled"):
            break
    assert (found.status, found.display_name, found.experiment_name, found.tags) == (
        "Completed",
        "Potholes",
        "potholes",
        TAGS,
    )


def test_jobs_list(sdk: Management) -> None:
    assert names(sdk.client.jobs.list(*sdk.at)) == [f"runs-{sdk.version}"]


def test_jobs_cancel(sdk: Management) -> None:
    sdk.client.jobs.create_or_update(*sdk.at, f"sleeps-{sdk.version}", job(sdk, "sleep 600"))
    sdk.client.jobs.begin_cancel(*sdk.at, f"sleeps-{sdk.version}", polling=False)
    while sdk.client.jobs.get(*sdk.at, f"sleeps-{sdk.version}").properties.status != "Canceled":
        pass


def test_jobs_delete(sdk: Management) -> None:
    sdk.client.jobs.begin_delete(*sdk.at, f"runs-{sdk.version}").result()
    with pytest.raises(ResourceNotFoundError):
        sdk.client.jobs.get(*sdk.at, f"runs-{sdk.version}")


def test_online_endpoints_are_refused(sdk: Management) -> None:
    with pytest.raises(HttpResponseError) as refused:
        sdk.client.online_endpoints.get(*sdk.at, "x")
    assert refused.value.status_code == 501


def test_compute_delete(sdk: Management) -> None:
    sdk.client.compute.begin_delete(*sdk.at, "cpu", underlying_resource_action="Delete").result()
    with pytest.raises(ResourceNotFoundError):
        sdk.client.compute.get(*sdk.at, "cpu")


def test_workspaces_delete(sdk: Management) -> None:
    sdk.client.workspaces.begin_delete(*sdk.at).result()
    assert sdk.workspace not in names(sdk.client.workspaces.list_by_resource_group(GROUP))
