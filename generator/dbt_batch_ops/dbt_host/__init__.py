"""Starts dbt commands: forked from a process that has parsed the project, or as a program of the user's.

The host is for dbt 1.x, which is written in Python. dbt v2 is another program, and is started as one.
"""
