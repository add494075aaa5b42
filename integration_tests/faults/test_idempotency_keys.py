"""An operation that is started again with its `idempotency_key`: one run, however the first one ended."""

import pytest

from support.commands.cli import Cli
from support.engine.account_runs import Run

KEY = {"idempotency_key": "nightly 2024-05-01"}
UNLUCKY = "alter table account add constraint unlucky check (id > 50 or credits = 0)"
MENDED = "alter table account drop constraint unlucky"


def all_credits(database):
    return database.value("select array_agg(distinct credits order by credits) from account")


def runs(database):
    return database.value("select count(*) from batch_ops.runs")


def assert_answered_with(run, result):
    """The command said which run its key stands for, and opened no other."""
    assert f"stands for run {run.id}, which is not done again" in result.output
    assert runs(run.database) == 1


@pytest.fixture
def done(dbt, little_database):
    """A run with a key that has completed."""
    dbt.run_operation("add_credit", KEY)
    return Run.newest(little_database)


def test_a_key_used_again_after_completion_tells_the_first_run_and_changes_nothing(dbt, done):
    again = dbt.run_operation("add_credit", KEY)
    assert_answered_with(done, again)
    assert "completed: 2,000 rows" in again.output
    done.assert_exactly_once()


def test_another_key_and_no_key_are_other_runs(dbt, done):
    dbt.run_operation("add_credit", {"idempotency_key": "nightly 2024-05-02"})
    dbt.run_operation("add_credit")
    assert (runs(done.database), all_credits(done.database)) == (3, [3])


def test_the_same_key_of_another_operation_is_another_key(dbt, done):
    dbt.run_operation("add_credit_in_large_batches", KEY)
    assert (runs(done.database), all_credits(done.database)) == (2, [2])


def test_a_key_with_other_parameters_is_refused(dbt, little_database):
    dbt.run_operation("add_credit_to_listed", {"ids": [1, 2], **KEY})
    first = Run.newest(little_database)
    refused = dbt.run_operation("add_credit_to_listed", {"ids": [1, 2, 3], **KEY}, check=False)
    assert refused.exit_code == 1
    assert "add_credit_to_listed was not started; nothing was changed" in refused.output
    assert f"stands for run {first.id}, which was given other parameters" in refused.output
    assert little_database.value("select sum(credits) from account") == 2


def test_a_key_with_the_same_list_again_is_answered(dbt, little_database):
    for _ in range(2):
        result = dbt.run_operation("add_credit_to_listed", {"ids": [1, 2], **KEY})
    assert_answered_with(Run.newest(little_database), result)
    assert little_database.value("select sum(credits) from account") == 2


def test_the_key_of_a_run_that_changed_nothing_can_be_used_again(dbt, little_database):
    little_database.execute(UNLUCKY)
    assert dbt.run_operation("add_credit", KEY, check=False).exit_code == 1
    assert Run.newest(little_database).is_closed
    little_database.execute(MENDED)
    dbt.run_operation("add_credit", KEY)
    assert runs(little_database) == 2
    Run.newest(little_database).assert_exactly_once()


def test_the_key_of_a_run_that_failed_halfway_goes_on_with_it(dbt, little_database):
    little_database.execute(UNLUCKY.replace("> 50", "<> 950"))
    assert dbt.run_operation("add_credit", KEY, check=False).exit_code == 1
    little_database.execute(MENDED)
    run = Run.newest(little_database)
    assert_answered_with(run, dbt.run_operation("add_credit", KEY))
    run.assert_exactly_once()


def test_the_key_of_a_cancelled_run_answers_that_it_was_cancelled(dbt, little_database):
    little_database.execute(UNLUCKY.replace("> 50", "<> 950"))
    dbt.run_operation("add_credit", KEY, check=False)
    run = Run.newest(little_database)
    run.cancel()
    again = dbt.run_operation("add_credit", KEY, check=False)
    assert again.exit_code == 1
    assert_answered_with(run, again)
    assert f"Run {run.id} of add_credit was cancelled" in again.output
    assert run.value("select sum(credits) from account") == 900


def test_a_plan_takes_its_key_when_it_is_confirmed(dbt, little_database):
    """Until then others may be planned with the key; afterwards it stands for that run."""
    plans = []
    for _ in range(2):
        dbt.run_operation("add_credit_when_confirmed", KEY)
        plans.append(Run.newest(little_database))
    assert runs(little_database) == 2
    dbt.run_operation("add_credit_when_confirmed", {"confirm": plans[0].id})
    again = dbt.run_operation("add_credit_when_confirmed", KEY)
    assert f"stands for run {plans[0].id}, which is not done again" in again.output
    refused = dbt.run_operation("add_credit_when_confirmed", {"confirm": plans[1].id}, check=False)
    assert refused.exit_code == 1
    assert f"another run has the idempotency_key {KEY['idempotency_key']} already" in refused.output
    assert all_credits(little_database) == [1]


@pytest.fixture
def load(dbt, little_database, tmp_path):
    """Load accounts from a file with a key, as often as one likes."""

    def load(text, *options, check=True):
        file = tmp_path / "accounts.csv"
        file.write_text(text)
        arguments = ["--args", "{idempotency_key: may}", *options]
        return Cli(dbt).run("load", "add_accounts", str(file), *arguments, check=check)

    return load


NEW_ACCOUNTS = "id,credits,closed\n3001,5,false\n3002,5,true\n"


def test_a_file_that_is_loaded_again_with_its_key_is_not_loaded_again(load, little_database):
    load(NEW_ACCOUNTS)
    assert_answered_with(Run.newest(little_database), load(NEW_ACCOUNTS))
    assert little_database.value("select count(*) from account") == 2_002
    assert little_database.value("select count(*) from batch_ops.uploads") == 0


@pytest.mark.parametrize(
    ("text", "options"),
    [
        pytest.param(NEW_ACCOUNTS.replace("3002", "3003"), [], id="another file"),
        pytest.param(NEW_ACCOUNTS, ["--null", "x"], id="read otherwise"),
    ],
)
def test_another_file_with_the_same_key_is_refused(load, little_database, text, options):
    load(NEW_ACCOUNTS)
    refused = load(text, *options, check=False)
    assert refused.exit_code == 1
    assert "which was given other parameters; give this one another key" in refused.output
    assert little_database.value("select count(*) from account") == 2_002
    assert little_database.value("select count(*) from batch_ops.uploads") == 0
