"""What the predictions of a model say beside COCO's numbers: intervals, thresholds, calibration, tables."""
