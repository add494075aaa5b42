"""What ``make bench`` measures: the targets of the design, as ratios of two things done in one run."""
