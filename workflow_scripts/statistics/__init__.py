"""What several questions share: metrics, intervals over speakers, permutation tests, corrections."""
