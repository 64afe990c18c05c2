"""Pipelines of command steps and their schedules, as a user writes them with MLClient, in a workspace of their own."""

from pathlib import Path
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

from emulator import GROUP, PIPELINES, SUBSCRIPTION, Emulator

IMAGE = "registry.example/detection:1"


@pytest.fixture(scope="module")
def client(ml: Any, emulator: Emulator, files: Path) -> Any:
    """MLClient of a workspace with a cluster, an environment and data."""
    from azure.ai.ml import MLClient
    from azure.ai.ml.entities import AmlCompute, Data, Environment

    assert ml  # It says where the storage account is.
    own = MLClient(emulator.credential, SUBSCRIPTION, GROUP, PIPELINES, show_progress=False)
    own.compute.begin_create_or_update(AmlCompute(name="cpu", size="Standard_DS3_v2", max_instances=2)).result()
    own.environments.create_or_update(Environment(name="detection", version="1", image=IMAGE))
    own.data.create_or_update(Data(name="words", version="1", type="uri_folder", path=str(files / "data")))
    return own


def pipeline(files: Path, *, first: str = "cp ${{inputs.words}}/words.txt ${{outputs.found}}") -> Any:
    """Returns a pipeline of two steps; the second one reads what the first one writes."""
    from azure.ai.ml import Input, Output, command, dsl

    find = command(
        name="find",
        command=first + " && echo ${{inputs.times}} >> ${{outputs.found}}/words.txt",
        code=str(files / "src"),
        environment="detection@latest",
        inputs={"words": Input(type="uri_folder"), "times": Input(type="integer", default=1)},
        outputs={"found": Output(type="uri_folder")},
    )
    count = command(
        name="count",
        command="wc -l < ${{inputs.found}}/words.txt > ${{outputs.number}}/number.txt",
        environment="detection@latest",
        inputs={"found": Input(type="uri_folder")},
        outputs={"number": Output(type="uri_folder")},
    )

    @dsl.pipeline(default_compute="cpu")
    def count_words(words: Input, times: int = 3) -> Any:
        found = find(words=words, times=times)
        counted = count(found=found.outputs.found)
        return {"number": counted.outputs.number}

    made = count_words(words=Input(type="uri_folder", path="azureml:words:1"))
    made.settings.default_compute = "cpu"
    return made


def submit(client: Any, name: str, job: Any) -> Any:
    job.name = name
    return client.jobs.create_or_update(job, experiment_name="words")


def test_pipeline_runs_its_steps_in_order(client: Any, files: Path, capfd: pytest.CaptureFixture[str]) -> None:
    submit(client, "counts", pipeline(files))
    client.jobs.stream("counts")
    assert "Execution Summary" in capfd.readouterr().out
    job = client.jobs.get("counts")
    assert (job.status, sorted(job.jobs)) == ("Completed", ["counted", "found"])


def test_pipeline_lists_its_steps_as_child_runs(client: Any) -> None:
    children = list(client.jobs.list(parent_job_name="counts"))
    assert {child.display_name: child.status for child in children} == {"found": "Completed", "counted": "Completed"}
    assert [job.name for job in client.jobs.list()] == ["counts"]


def test_pipeline_output_is_downloaded(client: Any, tmp_path: Path) -> None:
    client.jobs.download("counts", download_path=tmp_path, output_name="number")
    assert (tmp_path / "named-outputs/number/number.txt").read_text() == "2\n"


def test_pipeline_failure_stops_what_depends_on_it(client: Any, files: Path) -> None:
    from azure.ai.ml.exceptions import JobException

    submit(client, "fails", pipeline(files, first="false"))
    with pytest.raises(JobException, match="Step 'found'"):
        client.jobs.stream("fails")
    children = list(client.jobs.list(parent_job_name="fails"))
    assert [(child.display_name, child.status) for child in children] == [("found", "Failed")]


def test_pipeline_is_cancelled(client: Any, files: Path) -> None:
    submit(client, "sleeps", pipeline(files, first="sleep 600"))
    client.jobs.begin_cancel("sleeps").result()
    assert client.jobs.get("sleeps").status == "Canceled"


def test_pipeline_with_a_parallel_step_is_refused(client: Any, files: Path) -> None:
    job = pipeline(files)._to_rest_object()
    job.properties.jobs["found"]["type"] = "parallel"
    with pytest.raises(HttpResponseError) as refused:
        client.jobs._operation_2022_10_preview.create_or_update(GROUP, PIPELINES, "parallel", job)
    assert refused.value.status_code == 501 and "type parallel" in str(refused.value)


def test_pipeline_runs_a_pipeline_in_it(client: Any, files: Path, capfd: pytest.CaptureFixture[str]) -> None:
    from azure.ai.ml import Input, Output, command, dsl

    made = {
        name: command(
            name=name,
            command=line,
            environment="detection@latest",
            inputs={"words": Input(type="uri_folder")},
            outputs={"made": Output(type="uri_folder")},
        )
        for name, line in (
            ("upper", "tr a-z A-Z < ${{inputs.words}}/words.txt > ${{outputs.made}}/words.txt"),
            ("count", "wc -c < ${{inputs.words}}/words.txt > ${{outputs.made}}/words.txt"),
        )
    }

    @dsl.pipeline()
    def inner(words: Input) -> Any:
        first = made["upper"](words=words)
        second = made["count"](words=first.outputs.made)
        return {"counted": second.outputs.made}

    @dsl.pipeline(default_compute="cpu")
    def outer(words: Input) -> Any:
        within = inner(words=words)
        last = made["upper"](words=within.outputs.counted)
        return {"result": last.outputs.made}

    job = outer(words=Input(type="uri_folder", path="azureml:words:1"))
    job.settings.default_compute = "cpu"
    submit(client, "nested", job)
    client.jobs.stream("nested")
    assert "Execution Summary" in capfd.readouterr().out
    children = {child.display_name: child.status for child in client.jobs.list(parent_job_name="nested")}
    assert children == {"within_first": "Completed", "within_second": "Completed", "last": "Completed"}


def test_schedules_create(client: Any, files: Path) -> None:
    from azure.ai.ml.entities import CronTrigger, JobSchedule

    trigger = CronTrigger(expression="30 3 * * MON", time_zone="W. Europe Standard Time")
    submit(client, "scheduled", pipeline(files))
    job = client.jobs.get("scheduled")
    created = client.schedules.begin_create_or_update(
        JobSchedule(name="weekly", trigger=trigger, create_job=job, display_name="every week")
    ).result()
    assert (created.name, created.is_enabled, created.provisioning_state) == ("weekly", True, "Succeeded")


def test_schedules_get_and_list(client: Any) -> None:
    schedule = client.schedules.get("weekly")
    assert (schedule.trigger.expression, schedule.trigger.time_zone) == ("30 3 * * MON", "W. Europe Standard Time")
    assert [each.name for each in client.schedules.list()] == ["weekly"]


def test_schedules_disable_and_enable(client: Any) -> None:
    assert client.schedules.begin_disable("weekly").result().is_enabled is False
    assert list(client.schedules.list()) == []
    assert client.schedules.begin_enable("weekly").result().is_enabled is True


def test_schedules_submit_their_job_when_they_fire(client: Any) -> None:
    from azure.ai.ml.entities import JobSchedule, RecurrenceTrigger

    job = client.schedules.get("weekly").create_job
    once = JobSchedule(name="once", trigger=RecurrenceTrigger(frequency="Day", interval=1), create_job=job)
    client.schedules.begin_create_or_update(once).result()
    while not (fired := [each.name for each in client.jobs.list() if each.name.startswith("once-")]):
        pass
    client.jobs.stream(fired[0])
    assert client.jobs.get(fired[0]).status == "Completed"


def test_schedules_delete(client: Any) -> None:
    for name in ("once", "weekly"):
        client.schedules.begin_delete(name).result()
    with pytest.raises(ResourceNotFoundError):
        client.schedules.get("weekly")
