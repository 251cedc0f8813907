"""What the doctor looks at: a network by listening, a dataset by its manifest and folds; and the words for both."""
