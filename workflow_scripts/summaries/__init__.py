"""What the scores of a study say: layers compared, headlines, models compared, the audit, the papers beside."""
