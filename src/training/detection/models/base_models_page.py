"""The page docs/base_models.md, made from the registry."""

from __future__ import annotations

from detection.config import schema
from detection.models.base_model import BaseModel
from detection.models.registry import BASE_MODELS

_HEAD = """# Base models

<!-- Made by `python3 -m detection base-models` in src/training. Edit the registry there, detection/models. -->

MODEL_PARAMS.BASE_MODEL names one of these. Names of the TensorFlow model zoo and of older torchvision versions mean
the architecture here that is the same, or the one that stands for it. `mask_rcnn*` is refused: the dataset holds
boxes.

Weights are looked for in `models/{BASE_MODEL}/` of the datastore, then in `/opt/base-models/{BASE_MODEL}` of the
training image (the environment variable BASE_MODEL_FOLDER names another folder). `./build.sh --target=Fetch-Base-
Model --model=NAME` brings them. With WEIGHTS `none` the weights are random, and the convolutions of the backbone
are standardized and normalized by groups, because the statistics of batches of two images are useless. Trained
weights keep the statistics of their own training, unchanged. The backbone must be in the file whole; the layers
that a file fills stay as they are up to the first stage of the backbone. The predictor of other classes is made
new.

"""


def page() -> str:
    """Returns the content of docs/base_models.md."""
    lines = ["| name | parameters | image size | FIRST_STAGE | proposals | detections |", "|---|---|---|---|---|---|"]
    for model in BASE_MODELS:
        lines.append(
            f"| [{model.name}](#{model.name}) | {model.parameters / 1e6:.1f} million | {model.image_size} | "
            f"{_first_stage(model)} | {model.proposals if model.has_stages else '-'} | {model.detections} |"
        )
    return _HEAD + "\n".join(lines) + "\n" + _TABLE_NOTE + "".join(_section(model) for model in BASE_MODELS)


_TABLE_NOTE = """
Parameters are counted with 90 classes. The image size is the IMAGE_SIZE that suits the architecture. The default of
IMAGE_SIZE is the same for all. Detections are the default of MAX_DETECTIONS. Proposals are the least default of
FIRST_STAGE.MAX_PROPOSALS, also for the `lowproposals` names: it is 16 for each object of the training image that has
the most, where that is more, and at most 2000.

Half of the proposals are divided equally among the levels of a feature pyramid. Of one feature map, half are for
proposals that overlap no better one by an IoU above 0.3. The other half goes by objectness. So the objects of a
frequent class cannot take all places.

exp_configs/bccd.json is a start for real pictures: blood cells, 292 training and 72 test images of 640x480 pixels.
Single trainings with the ImageNet weights at 512 pixels, batches of two, on one GPU gave:

| steps | OPTIMIZER, LEARNING_RATE | AUGMENTATION | EMA | mAP | AP50 | Platelets | RBC | WBC |
|---|---|---|---|---|---|---|---|---|
| 1000 | sgd, 0.005 | flip | - | 0.587 | 0.929 | 0.929 | 0.872 | 0.987 |
| 1200 | sgd, 0.005 | flip | 0.998 | 0.597 | 0.929 | 0.930 | 0.875 | 0.981 |
| 1200 | sgd, 0.005 | flip_both | 0.998 | 0.598 | 0.918 | 0.928 | 0.869 | 0.958 |
| 1200 | sgd, 0.01 | flip_both | 0.998 | 0.611 | 0.923 | 0.922 | 0.871 | 0.977 |
| 1200 | adamw, 0.0002 | flip_both | 0.998 | 0.616 | 0.922 | 0.920 | 0.876 | 0.969 |
| 1200 | sgd, 0.005 | strong | 0.998 | 0.592 | 0.917 | 0.938 | 0.834 | 0.980 |

1500 steps with adamw 0.0002 and EMA 0.998, on two CPU cores; from the least to the greatest of three seeds:

| AUGMENTATION | TEST_FLIPS | WEIGHTS | mAP | AP50 | Platelets | RBC | WBC |
|---|---|---|---|---|---|---|---|
| flip_both | flip_both | auto | 0.628 to 0.630 | 0.929 to 0.936 | 0.931 to 0.940 | 0.883 to 0.890 | 0.966 to 0.979 |
| flip | none | auto | 0.612 to 0.616 | 0.917 to 0.928 | 0.914 to 0.924 | 0.871 to 0.878 | 0.964 to 0.983 |
| flip | none | none | 0.572 to 0.581 | 0.903 to 0.917 | 0.908 to 0.937 | 0.836 to 0.849 | 0.965 to 0.977 |

The first row is exp_configs/bccd.json as it is; the means of its seeds are mAP 0.629, AP50 0.931 and RBC 0.885. With
the settings of the second row, one seed at 640 pixels gave mAP 0.607, AP50 0.925 and RBC 0.872.

Three of the 72 test images have no labelled red cell, although the model finds 8 to 13 in each. Without these images
RBC is 0.903 to 0.911 in the first row, and AP50 0.935 to 0.942.

The AUGMENTATION and the TEST_FLIPS of the file were chosen by cross-validation: three folds of the training images, so
that 195 images train and 97 measure. The means, else as in the table above:

| AUGMENTATION | TEST_FLIPS | trainings | mAP | AP50 | Platelets | RBC | WBC |
|---|---|---|---|---|---|---|---|
| flip | none | 6 | 0.607 | 0.915 | 0.899 | 0.854 | 0.992 |
| flip | flip | 6 | 0.617 | 0.921 | 0.908 | 0.862 | 0.992 |
| flip | flip_both | 6 | 0.623 | 0.927 | 0.916 | 0.871 | 0.994 |
| flip_both | none | 3 | 0.615 | 0.926 | 0.908 | 0.876 | 0.994 |
| flip_both | flip | 3 | 0.623 | 0.930 | 0.915 | 0.881 | 0.994 |
| flip_both | flip_both | 3 | 0.630 | 0.932 | 0.920 | 0.881 | 0.994 |

Each view of TEST_FLIPS takes the time of a detection without it; a training step takes no more. With AUGMENTATION flip,
2400 steps and EMA 0.999 cost 0.011 of AP50: the images, not the steps, are too few.

A step takes 0.7 to 1.1 seconds of both cores. The 95 % interval of each AP50 is about 0.023 to both sides. Other
thresholds of the last suppression, IoU 0.4 to 0.6, change AP50 by at most 0.002. Scale jitter costs red cells, which
all have one size.
"""


def _first_stage(model: BaseModel) -> str:
    keys = [key for key in schema.leaves() if key.path.startswith("MODEL_PARAMS.FIRST_STAGE.")]
    names = [key.name for key in keys if schema.matches(key.node["x-only-with"]["pattern"], model.name)]
    return "all keys" if len(names) == len(keys) else "all but STRIDE" if names else "does not apply"


def _section(model: BaseModel) -> str:
    mean, std = (" ".join(f"{value:.3f}" for value in values) for values in (model.mean, model.std))
    rows = [f"\n## {model.name}\n\n{model.architecture}\n\n- Weights: {model.weights}."]
    if model.licence:
        rows.append(f"- Licence of the weights: {model.licence}.")
    for weights in model.torchvision:
        rows.append(f"- torchvision: `{weights.replace(':', '.')}`.")
    rows.append(f"- Input: RGB in [0, 1]; the model itself subtracts {mean} and divides by {std}.")
    if model.others:
        rows.append(f"- Other names: `{model.others}`.")
    if model.box_loss_weight != 1:
        rows.append(f"- Weight of the second stage's box loss: {model.box_loss_weight:g}.")
    if model.differs:
        rows.append(f"- {'Warning' if model.is_substitute else 'Note'}: {model.differs}")
    return "\n".join(rows) + "\n"
