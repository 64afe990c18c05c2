"""What the programs of tests begin with that are about the training and not about what is made of it."""

# Both take longer than such a run, and have tests of their own.
WITHOUT_PLOTS_AND_EXPORTS = """
import detection.evaluate.outputs
import detection.export.final_model

detection.evaluate.outputs.write_plots = lambda folder, **options: []
detection.export.final_model.export = lambda *given: ""
"""
