"""What ``make demo`` shows: a million rows changed, killed halfway, resumed, proved; a file with bad rows."""
