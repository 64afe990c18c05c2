"""The transform that normalizes and resizes images inside the model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Dict, List, Optional, Tuple

from torch import Tensor
from torch.nn import functional
from torchvision.models.detection.transform import GeneralizedRCNNTransform, resize_boxes


class LongerSideTransform(GeneralizedRCNNTransform):
    """Normalizes images and resizes their longer side to a fixed number of pixels.

    torchvision's own transform considers the shorter side first and samples without smoothing. The training images are
    already resized with smoothing, and the saved model must resize a raw image in the same way.

    Args:
        longer_side: Longer side after resizing, in pixels.
        mean: Mean of the input in [0, 1] per channel.
        std: Standard deviation of the input in [0, 1] per channel.
    """

    def __init__(self, longer_side: int, mean: Sequence[float], std: Sequence[float]) -> None:
        super().__init__(longer_side, longer_side, list(mean), list(std))
        self.longer_side = longer_side

    # Optional and Dict in their old spelling, because TorchScript parses these annotations.
    def resize(
        self, image: Tensor, target: Optional[Dict[str, Tensor]] = None
    ) -> Tuple[Tensor, Optional[Dict[str, Tensor]]]:
        """Resizes one (3, H, W) image, and its boxes with it, so that max(H, W) is ``longer_side``."""
        height, width = image.shape[-2], image.shape[-1]
        longest = max(height, width)
        if longest == self.longer_side:
            return image, target
        size: List[int] = [
            max(1, int(height * self.longer_side / longest + 0.5)),
            max(1, int(width * self.longer_side / longest + 0.5)),
        ]
        smooth = longest > self.longer_side
        batch = functional.interpolate(image[None], size=size, mode="bilinear", align_corners=False, antialias=smooth)
        image = batch[0]
        if target is not None:
            target["boxes"] = resize_boxes(target["boxes"], [height, width], size)
        return image, target
