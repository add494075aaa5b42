"""Plans to files. Templates only print; everything is decided before."""
