"""Files from elsewhere: fetched, verified, unpacked and put in place whole. Knows no corpus and no network."""
