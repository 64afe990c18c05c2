"""What the predictions of a model show besides COCO's numbers: intervals, thresholds, calibration, tables."""
