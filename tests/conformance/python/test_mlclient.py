"""What a user writes with MLClient (azure-ai-ml 1.4.0), call by call, in the order in which a project makes them."""

from pathlib import Path
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

IMAGE = "registry.example/detection:1"


def names(items: Any) -> list[str]:
    return [item.name for item in items]


# Workspaces


def test_workspaces_get(ml: Any) -> None:
    workspace = ml.workspaces.get("work")
    assert (workspace.name, workspace.location) == ("work", "westeurope")
    assert workspace.mlflow_tracking_uri.startswith("azureml://localhost:")


def test_workspaces_list(ml: Any) -> None:
    assert "work" in names(ml.workspaces.list())


def test_workspaces_list_of_the_subscription(ml: Any) -> None:
    assert "work" in names(ml.workspaces.list(scope="subscription"))


def test_workspaces_get_keys(ml: Any) -> None:
    assert ml.workspaces.get_keys("work").user_storage_key


def test_workspaces_sync_keys(ml: Any) -> None:
    ml.workspaces.begin_sync_keys("work").result()


def test_workspaces_update(ml: Any) -> None:
    workspace = ml.workspaces.get("work")
    workspace.description = "roads"
    assert ml.workspaces.begin_update(workspace).result().description == "roads"


def test_workspaces_diagnose(ml: Any) -> None:
    assert ml.workspaces.begin_diagnose("work").result().storage_account_results == []


# Computes


def test_compute_create(ml: Any) -> None:
    from azure.ai.ml.entities import AmlCompute

    compute = AmlCompute(
        name="cpu", size="Standard_DS3_v2", min_instances=0, max_instances=2, idle_time_before_scale_down=900
    )
    created = ml.compute.begin_create_or_update(compute).result()
    assert (created.name, created.provisioning_state, created.max_instances) == ("cpu", "Succeeded", 2)


def test_compute_get(ml: Any) -> None:
    assert ml.compute.get("cpu").size.lower() == "standard_ds3_v2"


def test_compute_list(ml: Any) -> None:
    assert names(ml.compute.list()) == ["cpu"]


def test_compute_update(ml: Any) -> None:
    compute = ml.compute.get("cpu")
    compute.max_instances = 3
    assert ml.compute.begin_update(compute).result().max_instances == 3


def test_compute_list_nodes(ml: Any) -> None:
    assert list(ml.compute.list_nodes("cpu")) == []


def test_compute_list_sizes(ml: Any) -> None:
    assert "Standard_DS3_v2" in names(ml.compute.list_sizes())


def test_compute_list_usage(ml: Any) -> None:
    assert any(usage.name["value"] == "Total Cluster Dedicated Regional vCPUs" for usage in ml.compute.list_usage())


# Datastores


def test_datastores_get_default_with_its_key(ml: Any) -> None:
    store = ml.datastores.get_default(include_secrets=True)
    assert store.name == "workspaceblobstore" and store.credentials.account_key


def test_datastores_create(ml: Any) -> None:
    from azure.ai.ml.entities import AzureBlobDatastore
    from azure.ai.ml.entities._credentials import AccountKeyConfiguration

    store = AzureBlobDatastore(
        name="images",
        account_name="account",
        container_name="images",
        credentials=AccountKeyConfiguration(account_key="cGxhbnRlZA=="),
    )
    assert ml.datastores.create_or_update(store).container_name == "images"


def test_datastores_get(ml: Any) -> None:
    assert ml.datastores.get("images").account_name == "account"


def test_datastores_list(ml: Any) -> None:
    assert {"images", "workspaceblobstore", "workspaceartifactstore"} <= set(names(ml.datastores.list()))


def test_datastores_delete(ml: Any) -> None:
    ml.datastores.delete("images")
    with pytest.raises(ResourceNotFoundError):
        ml.datastores.get("images")


# Environments


def test_environments_create(ml: Any) -> None:
    from azure.ai.ml.entities import Environment

    created = ml.environments.create_or_update(
        Environment(name="detection", version="1", image=IMAGE, description="trainer")
    )
    assert (created.name, created.version, created.image) == ("detection", "1", IMAGE)


def test_environments_get(ml: Any) -> None:
    assert ml.environments.get("detection", version="1").description == "trainer"


def test_environments_get_by_label(ml: Any) -> None:
    assert ml.environments.get("detection", label="latest").version == "1"


def test_environments_list(ml: Any) -> None:
    assert "detection" in names(ml.environments.list())


def test_environments_archive_and_restore(ml: Any) -> None:
    ml.environments.archive("detection", version="1")
    assert list(ml.environments.list("detection")) == []
    ml.environments.restore("detection", version="1")
    assert [each.version for each in ml.environments.list("detection")] == ["1"]


def test_environments_create_with_a_build_context(ml: Any, files: Path) -> None:
    from azure.ai.ml.entities import BuildContext, Environment

    context = BuildContext(path=str(files / "docker"), dockerfile_path="Dockerfile")
    created = ml.environments.create_or_update(Environment(name="built", version="1", build=context))
    assert created.build.dockerfile_path == "Dockerfile"


# Data


def test_data_create_from_a_local_folder(ml: Any, files: Path) -> None:
    from azure.ai.ml.entities import Data

    created = ml.data.create_or_update(Data(name="words", version="1", type="uri_folder", path=str(files / "data")))
    assert created.path.endswith("/data/") or created.path.endswith("/data")


def test_data_create_with_the_next_version(ml: Any, files: Path) -> None:
    from azure.ai.ml.entities import Data

    assert ml.data.create_or_update(Data(name="words", type="uri_folder", path=str(files / "data"))).version == "2"


def test_data_get(ml: Any) -> None:
    assert ml.data.get("words", version="1").type == "uri_folder"


def test_data_get_latest(ml: Any) -> None:
    assert ml.data.get("words", label="latest").version == "2"


def test_data_list(ml: Any) -> None:
    assert names(ml.data.list()) == ["words"]


def test_data_archive_and_restore(ml: Any) -> None:
    ml.data.archive("words")
    assert names(ml.data.list()) == []
    ml.data.restore("words")


# Models


def test_models_create_from_a_local_folder(ml: Any, files: Path) -> None:
    from azure.ai.ml.entities import Model

    created = ml.models.create_or_update(
        Model(name="detector", version="1", type="custom_model", path=str(files / "model"))
    )
    assert (created.name, created.version, created.type) == ("detector", "1", "custom_model")


def test_models_get(ml: Any) -> None:
    assert ml.models.get("detector", version="1").flavors in (None, {})


def test_models_list(ml: Any) -> None:
    assert names(ml.models.list()) == ["detector"]


def test_models_list_versions(ml: Any) -> None:
    assert [model.version for model in ml.models.list("detector")] == ["1"]


def test_models_download(ml: Any, tmp_path: Path) -> None:
    ml.models.download("detector", "1", download_path=str(tmp_path))
    assert [path.read_text() for path in tmp_path.rglob("weights.txt")] == ["weights\n"]


def test_models_archive_and_restore(ml: Any) -> None:
    ml.models.archive("detector", version="1")
    assert list(ml.models.list("detector")) == []
    ml.models.restore("detector", version="1")


# Jobs


def command(files: Path, **more: Any) -> Any:
    from azure.ai.ml import Input, Output
    from azure.ai.ml import command as create

    return create(
        name=more.pop("name", "trains"),
        experiment_name="potholes",
        display_name="Potholes",
        code=str(files / "src"),
        command=more.pop(
            "line", "python3 train.py ${{inputs.words}}/words.txt ${{outputs.model}} && echo done ${{inputs.steps}}"
        ),
        environment="detection@latest",
        compute="cpu",
        inputs=more.pop("inputs", {"words": Input(type="uri_folder", path="azureml:words:1"), "steps": 3}),
        outputs=more.pop("outputs", {"model": Output(type="uri_folder")}),
        **more,
    )


def test_jobs_create_with_local_code(ml: Any, files: Path) -> None:
    created = ml.jobs.create_or_update(command(files))
    assert created.name == "trains" and created.status in ("NotStarted", "Queued", "Preparing", "Running", "Completed")


def test_jobs_stream(ml: Any, capfd: pytest.CaptureFixture[str]) -> None:
    ml.jobs.stream("trains")
    assert "Execution Summary" in capfd.readouterr().out


def test_jobs_get(ml: Any) -> None:
    job = ml.jobs.get("trains")
    assert (job.status, job.display_name, job.experiment_name) == ("Completed", "Potholes", "potholes")


def test_jobs_list(ml: Any) -> None:
    assert names(ml.jobs.list()) == ["trains"]


def test_jobs_download_everything(ml: Any, tmp_path: Path) -> None:
    ml.jobs.download("trains", download_path=tmp_path, all=True)
    assert (tmp_path / "named-outputs/model/model.txt").read_text() == "potholes\n"
    assert "done 3" in (tmp_path / "artifacts/user_logs/std_log.txt").read_text()


def test_jobs_download_one_output(ml: Any, tmp_path: Path) -> None:
    ml.jobs.download("trains", download_path=tmp_path, output_name="model")
    assert (tmp_path / "named-outputs/model/model.txt").read_text() == "potholes\n"


def test_jobs_archive_and_restore(ml: Any) -> None:
    ml.jobs.archive("trains")
    assert names(ml.jobs.list()) == []
    ml.jobs.restore("trains")
    assert names(ml.jobs.list()) == ["trains"]


def test_jobs_create_with_a_model_as_input(ml: Any, files: Path, capfd: pytest.CaptureFixture[str]) -> None:
    from azure.ai.ml import Input

    inputs = {"model": Input(type="custom_model", path="azureml:detector:1")}
    ml.jobs.create_or_update(
        command(files, name="reads", line="cat ${{inputs.model}}/weights.txt", inputs=inputs, outputs={})
    )
    ml.jobs.stream("reads")
    assert "Execution Summary" in capfd.readouterr().out
    assert ml.jobs.get("reads").status == "Completed"


def test_jobs_cancel(ml: Any, files: Path) -> None:
    ml.jobs.create_or_update(command(files, name="sleeps", line="sleep 600", inputs={}, outputs={}))
    ml.jobs.begin_cancel("sleeps").result()
    assert ml.jobs.get("sleeps").status == "Canceled"


def test_models_create_from_an_output(ml: Any) -> None:
    from azure.ai.ml.entities import Model

    path = "azureml://jobs/trains/outputs/model"
    assert ml.models.create_or_update(Model(name="trained", version="1", type="custom_model", path=path)).version == "1"


def test_jobs_refuse_what_the_emulator_has_not(ml: Any, files: Path) -> None:
    with pytest.raises(HttpResponseError) as refused:
        ml.jobs.create_or_update(
            command(files, name="spread", distribution={"type": "Mpi", "process_count_per_instance": 2})
        )
    assert refused.value.status_code == 501


def test_jobs_refuse_an_image_that_no_engine_can_build(ml: Any, files: Path) -> None:
    job = command(files, name="unbuilt", inputs={}, outputs={}, line="true")
    job.environment = "azureml:built:1"
    with pytest.raises(HttpResponseError) as refused:
        ml.jobs.create_or_update(job)
    assert refused.value.status_code == 501 and "properties.build" in str(refused.value)


# Components


def test_components_create(ml: Any) -> None:
    from azure.ai.ml import Input, Output
    from azure.ai.ml import command as create

    step = create(
        name="count",
        command="wc -l ${{inputs.words}}/words.txt > ${{outputs.count}}/count.txt",
        environment="azureml:detection:1",
        inputs={"words": Input(type="uri_folder")},
        outputs={"count": Output(type="uri_folder")},
    )
    created = ml.components.create_or_update(step.component, version="1")
    assert created.name == "count"


def test_components_get_and_list(ml: Any) -> None:
    assert ml.components.get("count", version="1").type == "command"
    assert names(ml.components.list()) == ["count"]


def test_components_archive_and_restore(ml: Any) -> None:
    ml.components.archive("count", version="1")
    assert list(ml.components.list("count")) == []
    ml.components.restore("count", version="1")


# Sweeps


def test_jobs_create_a_sweep(ml: Any, files: Path, capfd: pytest.CaptureFixture[str]) -> None:
    from azure.ai.ml.sweep import Choice, MedianStoppingPolicy

    job = command(files, line="python3 tune.py ${{inputs.rate}}", inputs={"rate": 0.1}, outputs={})
    sweep = job(rate=Choice(values=[0.1, 0.2, 0.3])).sweep(
        primary_metric="score", goal="Maximize", sampling_algorithm="grid", compute="cpu"
    )
    # MLClient writes lower case, which the service accepts and its OpenAPI file does not know.
    sweep.objective.goal = "Maximize"
    sweep.early_termination = MedianStoppingPolicy(delay_evaluation=5, evaluation_interval=1)
    sweep.set_limits(max_total_trials=3, max_concurrent_trials=2)
    sweep.name = "tunes"
    assert ml.jobs.create_or_update(sweep, experiment_name="potholes").name == "tunes"
    ml.jobs.stream("tunes")
    assert "Execution Summary" in capfd.readouterr().out


def test_jobs_get_the_best_trial_of_a_sweep(ml: Any) -> None:
    sweep = ml.jobs.get("tunes")
    best = ml.jobs.get(sweep.properties["best_child_run_id"])
    assert (sweep.status, best.status) == ("Completed", "Completed")
    assert "0.3" in str(best.tags["hyperparameters"])


def test_jobs_list_the_trials_of_a_sweep(ml: Any) -> None:
    assert sorted(names(ml.jobs.list(parent_job_name="tunes"))) == ["tunes_0", "tunes_1", "tunes_2"]


def test_jobs_download_the_best_trial_of_a_sweep(ml: Any, tmp_path: Path) -> None:
    ml.jobs.download("tunes", download_path=tmp_path, all=True)
    assert any("score 0.3" in path.read_text() for path in tmp_path.rglob("std_log.txt"))


# The end of the project


def test_compute_delete(ml: Any) -> None:
    ml.compute.begin_delete("cpu").result()
    with pytest.raises(ResourceNotFoundError):
        ml.compute.get("cpu")


def test_workspaces_delete(ml: Any) -> None:
    ml.workspaces.begin_delete("work", delete_dependent_resources=False).result()
    assert "work" not in names(ml.workspaces.list())
