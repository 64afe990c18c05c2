"""The machine that a run computes on: its device, its cores and its limits."""

from __future__ import annotations

import contextlib
import platform
import random
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
import torchvision

from detection.errors import TrainingError
from detection.processes.cores import core_count
from detection.processes.group import ALONE, Group


@dataclass(frozen=True)
class Machine:
    """What a run computes on.

    Attributes:
        device: Where the model is.
        cores: CPU cores that this process may use, which can be fewer than the machine has; at least 1.
    """

    device: torch.device
    cores: int

    def describe(self) -> str:
        """Returns the device in words."""
        if self.device.type == "cuda":
            return f"{torch.cuda.get_device_name(self.device)} (PyTorch {torch.__version__})"
        return f"CPU, {torch.get_num_threads()} threads (PyTorch {torch.__version__})"


def prepare_machine(seed: int, group: Group = ALONE) -> Machine:
    """Seeds every random generator, gives PyTorch all cores (Debian's uses one), and selects a GPU if there is one.

    Convolutions on a GPU compute in float32, as PRECISION fp32 says. By default cuDNN uses TensorFloat-32, which keeps
    10 bits of the fraction, so that the metrics of a GPU would differ from those of a CPU. Processes on one machine
    share its cores equally, and each uses the GPU of its own number.

    Raises:
        TrainingError: The machine has fewer GPUs than processes of the run.
    """
    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch.manual_seed(seed)
    torch.backends.cudnn.allow_tf32 = False
    cores = max(1, core_count() // group.local_size)
    torch.set_num_threads(cores)
    device = torch.device("cpu")
    if torch.cuda.is_available():
        gpus, number = torch.cuda.device_count(), group.place.local_rank
        if number >= gpus:
            raise TrainingError(
                f"LOCAL_RANK is {number} on a machine with {gpus} GPUs; it must be below that: start one process "
                "per GPU (processCountPerInstance of the job)."
            )
        # The first GPU of a run of one process stays without a number, as torch calls the current device.
        device = torch.device("cuda") if group.size == 1 else torch.device("cuda", number)
        torch.cuda.set_device(number)
    group.use(device)
    return Machine(device, cores)


def library_versions() -> dict[str, str]:
    """Returns the versions of Python and of the libraries that decide the numbers of a run."""
    return {
        "python": platform.python_version(),
        "torch": str(torch.__version__),
        "torchvision": str(torchvision.__version__),
        "numpy": np.__version__,
    }


@contextlib.contextmanager
def memory_errors_explained() -> Iterator[None]:
    """Turns the errors of a full memory into one that names the settings to lower.

    Raises:
        TrainingError: The memory of the GPU or of the machine is full.
    """
    try:
        yield
    except RuntimeError as error:
        # CUDA's own class is a RuntimeError; the CPU's allocator raises a plain one.
        if "out of memory" not in str(error) and "can't allocate memory" not in str(error):
            raise
        raise TrainingError(
            f"out of memory: {str(error).splitlines()[0]}; "
            "lower RUN_PARAMS.BATCH_SIZE, MODEL_PARAMS.IMAGE_SIZE or FIRST_STAGE.MAX_PROPOSALS."
        ) from error
