"""Tests of a team's own job, which really runs, in seconds and without Azure."""

from pathlib import Path

from azure.ai.ml import Input, MLClient, Output, command
from azure.ai.ml.entities import AmlCompute, Data, Environment

HERE = Path(__file__).parent


def test_the_job_counts_the_lines(ml: MLClient, tmp_path: Path) -> None:
    (tmp_path / "words").mkdir()
    (tmp_path / "words/words.txt").write_text("one\ntwo\n")
    ml.compute.begin_create_or_update(AmlCompute(name="cpu", size="Standard_DS3_v2", max_instances=1)).result()
    ml.environments.create_or_update(Environment(name="python", version="1", image="python:3.12"))
    ml.data.create_or_update(Data(name="words", version="1", type="uri_folder", path=str(tmp_path / "words")))

    job = command(
        code=str(HERE / "src"),
        command="python3 count.py ${{inputs.words}}/words.txt ${{outputs.count}}",
        environment="python@latest",
        compute="cpu",
        inputs={"words": Input(type="uri_folder", path="azureml:words:1")},
        outputs={"count": Output(type="uri_folder")},
    )
    name = ml.jobs.create_or_update(job).name
    ml.jobs.stream(name)

    ml.jobs.download(name, download_path=tmp_path, output_name="count")
    assert (tmp_path / "named-outputs/count/count.txt").read_text() == "2"
