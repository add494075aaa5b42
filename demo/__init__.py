"""What ``make demo`` shows: a million rows changed in batches, killed halfway, resumed,
proved right; and a file with bad rows imported."""
