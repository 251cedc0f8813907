"""Downloads: what is fetched comes whole and checked, or not at all."""
