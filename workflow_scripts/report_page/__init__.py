"""The report: pure functions from tables to one HTML page that needs nothing else."""
