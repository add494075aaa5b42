"""What ``make demo`` shows: a million rows changed in batches, killed halfway, resumed, and proved right."""
