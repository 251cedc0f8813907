"""What a column is, and words that several tables share."""

Column = tuple[str, str]  # its type, its meaning
Table = dict[str, Column]
POOLING = "how frames became a vector; functionals for acoustic feature sets, given for vectors made elsewhere"
