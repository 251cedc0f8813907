"""What a paper takes from a study: tables in LaTeX and CSV, methods with citations; text from tables, no files."""
