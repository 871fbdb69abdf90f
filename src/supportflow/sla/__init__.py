"""Service level agreements: metrics, targets, clocks, verdicts. Pure functions over the records in `supportflow.model`."""
