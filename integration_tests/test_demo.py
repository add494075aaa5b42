"""``make demo``: it ends well, and it starts where it should after one that was stopped in the middle."""

import signal
import subprocess
import sys

import pytest

from support.project import REPOSITORY

# Enough to be killed on the way: more than one slice of time.
COMMAND = [sys.executable, "-m", "demo", "--rows", "300000"]


@pytest.mark.slow
def test_the_demo_can_be_stopped_and_started_again_and_proves_its_point():
    with subprocess.Popen(COMMAND, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as stopped:
        for line in stopped.stdout:
            if line.startswith("$ dbt run-operation"):
                stopped.send_signal(signal.SIGINT)
                break
        rest = stopped.stdout.read()
    assert stopped.returncode == 130, rest
    assert "Traceback" not in rest

    done = subprocess.run(COMMAND, cwd=REPOSITORY, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    assert "kill -9" in done.stdout
    assert "300,000 of 300,000 users have exactly one credit more" in done.stdout
    assert "FAILED" not in done.stdout
    assert "All true" in done.stdout


def test_the_demo_says_what_is_wrong_with_a_database_that_is_not_there(monkeypatch):
    monkeypatch.setenv("DBT_BATCH_OPS_DSN", "postgresql://me@127.0.0.1:1/shop")
    done = subprocess.run(COMMAND, cwd=REPOSITORY, capture_output=True, text=True)
    assert done.returncode == 1
    assert "The demo could not go on" in done.stdout
    assert "Connection refused" in done.stdout
    assert done.stderr == ""
