"""The transform that normalizes and resizes images inside the model, and adds mirrored views of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Dict, List, Optional, Tuple

import torch
from torch import Tensor
from torch.nn import functional
from torchvision.models.detection.image_list import ImageList
from torchvision.models.detection.transform import GeneralizedRCNNTransform, resize_boxes

View = Tuple[bool, bool]
"""Whether an image is mirrored left to right, and top to bottom."""

VIEWS: Dict[str, Tuple[View, ...]] = {
    "none": ((False, False),),
    "flip": ((False, False), (True, False)),
    "flip_both": ((False, False), (True, False), (False, True), (True, True)),
}
"""The views of each image by MODEL_PARAMS.TEST_FLIPS, the image itself first."""


class LongerSideTransform(GeneralizedRCNNTransform):
    """Normalizes images and resizes their longer side to a fixed number of pixels.

    torchvision's own transform considers the shorter side first and samples without smoothing. The training images are
    already resized with smoothing, and the saved model must resize a raw image in the same way.

    Args:
        longer_side: Longer side after resizing, in pixels.
        mean: Mean of the input in [0, 1] per channel.
        std: Standard deviation of the input in [0, 1] per channel.
        views: The views of each image when the model evaluates, the image itself first. A batch of N images becomes
            one of N images for each view; ``SecondStage`` makes it N results again.
    """

    def __init__(
        self, longer_side: int, mean: Sequence[float], std: Sequence[float], views: Sequence[View] = VIEWS["none"]
    ) -> None:
        super().__init__(longer_side, longer_side, list(mean), list(std))
        self.longer_side = longer_side
        self.views: List[View] = list(views)

    # Optional and Dict in their old spelling, because TorchScript parses these annotations. It knows no super().
    def forward(
        self, images: List[Tensor], targets: Optional[List[Dict[str, Tensor]]] = None
    ) -> Tuple[ImageList, Optional[List[Dict[str, Tensor]]]]:
        """Returns the batch of all views of the images. In training it is one of the images, with their targets."""
        seen: List[Tensor] = []
        for view in self.views[:1] if self.training else self.views:
            for image in images:
                seen.append(mirrored(image, view))
        batch: List[Tensor] = []
        shapes: List[Tuple[int, int]] = []
        resized: List[Dict[str, Tensor]] = []
        for index, image in enumerate(seen):
            target: Optional[Dict[str, Tensor]] = None
            if targets is not None:
                target = targets[index].copy()
            image, target = self.resize(self.normalize(image), target)
            batch.append(image)
            shapes.append((image.shape[-2], image.shape[-1]))
            if target is not None:
                resized.append(target)
        return ImageList(self.batch_images(batch, self.size_divisible), shapes), None if targets is None else resized

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


def mirrored(image: Tensor, view: View) -> Tensor:
    """Returns an image (3, H, W) as a view shows it."""
    across, down = view
    if across:
        image = torch.flip(image, [2])
    if down:
        image = torch.flip(image, [1])
    return image


def mirrored_boxes(boxes: Tensor, shape: Tuple[int, int], view: View) -> Tensor:
    """Returns boxes (N, 4), xyxy in pixels of an image, where a view of the image has their content.

    Args:
        boxes: The boxes.
        shape: Height and width of the image.
        view: The view.
    """
    height, width = shape
    left, top, right, bottom = boxes.unbind(1)
    across, down = view
    if across:
        left, right = width - right, width - left
    if down:
        top, bottom = height - bottom, height - top
    return torch.stack([left, top, right, bottom], dim=1)
