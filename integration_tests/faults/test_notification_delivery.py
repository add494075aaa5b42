"""Messages arrive at least once, with the same id, whatever is killed, and no two send one at once."""

import os
import signal
import threading

import pytest

from dbt_batch_ops.database import Server, find_binaries
from support.commands.cli import Cli
from support.commands.dbt import Dbt
from support.database.database import Database
from support.engine.account_runs import create_accounts
from support.engine.engine import Engine
from support.notifications.mail_server import HOLD, MailServer
from support.notifications.notify_command import Followers, by_mail, by_webhook
from support.notifications.outbox import Outbox
from support.notifications.webhook_server import Answer, WebhookServer
from support.patience import PATIENCE, wait_until

_DELIVERED = "select count(*) from batch_ops.deliveries where delivered_at is not null"
_QUEUE = "select batch_ops.queue_deliveries('{webhook}', '7 days') ->> 'due'"
_CLAIM = "select batch_ops.claim_delivery('webhook', '1 minute', %s) ->> 'notification_id'"

_FAILED = "select batch_ops.settle_delivery(%s, 'webhook', %s, false, 'refused', 20, '7 days', null)"
_NEXT_ATTEMPT = "select next_attempt_at from batch_ops.deliveries"


@pytest.fixture
def outbox(run):
    """The outbox of a database with a run; it is empty."""
    return Outbox(run.database)


@pytest.fixture
def cli(dbt, outbox):
    return Cli(dbt)


@pytest.fixture
def follow(cli):
    """Starts commands that follow; they end with the test."""
    followers = Followers(cli)
    yield followers
    followers.end()


@pytest.fixture
def webhook_server():
    with WebhookServer() as server:
        yield server


def test_a_deliverer_killed_before_it_has_recorded_a_request_has_it_sent_again(cli, outbox, webhook_server):
    webhook_server.answer(Answer(is_held=True))
    message = outbox.write()
    killed = cli.start("notify", "--timeout", "300", environment=by_webhook(webhook_server.url))
    assert webhook_server.has_received.wait(PATIENCE)
    # What is being sent is in the ledger already, and no transaction is open.
    assert outbox.state(message, "webhook") == (1, False, False, None)
    killed.signal(signal.SIGKILL)
    assert killed.wait().exit_code == -signal.SIGKILL
    webhook_server.release()
    # As long as the killed one could still be at it, nobody else is.
    early = cli.run("notify", environment=by_webhook(webhook_server.url))
    assert webhook_server.received == [message]
    assert "webhook: 1 message waits, next attempt in " in early.output
    outbox.make_due()
    cli.run("notify", environment=by_webhook(webhook_server.url))
    assert webhook_server.received == [message, message]
    assert webhook_server.requests[0].body == webhook_server.requests[1].body
    assert outbox.state(message, "webhook") == (2, True, False, None)


def test_a_failure_that_is_told_after_another_attempt_has_begun_puts_nothing_off(outbox):
    message = outbox.write()
    due = outbox.database.value(_QUEUE)
    assert outbox.database.value(_CLAIM, [due]) == message
    outbox.make_due()
    assert outbox.database.value(_CLAIM, [outbox.database.value(_QUEUE)]) == message
    lease = outbox.database.value(_NEXT_ATTEMPT)
    outbox.database.value(_FAILED, [message, 1])
    assert outbox.database.value(_NEXT_ATTEMPT) == lease
    assert outbox.state(message, "webhook") == (2, False, False, None)
    outbox.database.value(_FAILED, [message, 2])
    assert outbox.state(message, "webhook") == (2, False, False, "refused")


def test_a_deliverer_killed_before_it_has_recorded_a_mail_has_it_sent_again(cli, outbox):
    with MailServer() as server:
        server.answer("DATA", HOLD)
        message = outbox.write()
        killed = cli.start("notify", environment=by_mail(server.port))
        assert server.has_received.wait(PATIENCE)
        killed.signal(signal.SIGKILL)
        killed.wait()
        server.release()
        outbox.make_due()
        cli.run("notify", environment=by_mail(server.port))
        ids = [mail.parsed["Message-ID"] for mail in server.mails]
    assert ids == [f"<{message}@example.com>"] * 2
    assert outbox.state(message, "email") == (2, True, False, None)


def test_a_deliverer_that_follows_takes_over_when_a_lease_has_run_out(cli, follow, outbox, webhook_server):
    webhook_server.answer(Answer(is_held=True))
    message = outbox.write()
    killed = cli.start("notify", "--timeout", "5", environment=by_webhook(webhook_server.url))
    assert webhook_server.has_received.wait(PATIENCE)
    killed.signal(signal.SIGKILL)
    killed.wait()
    process = follow(by_webhook(webhook_server.url), "--poll", "3600")
    process.wait_for("delivered (attempt 2)")
    process.signal(signal.SIGTERM)
    assert process.wait().exit_code == 0
    assert webhook_server.received == [message] * 2


def test_deliverers_killed_at_any_moment_lose_nothing(cli, follow, outbox, webhook_server, random):
    messages = [outbox.write(run=outbox.another_run()) for _ in range(40)]
    kills = 3
    for _ in range(kills):
        process = follow(by_webhook(webhook_server.url))
        enough = len(webhook_server.requests) + random.randrange(1, 10)
        wait_until(lambda enough=enough: len(webhook_server.requests) >= enough, "some are sent")
        process.signal(signal.SIGKILL)
        process.wait()
        outbox.make_due()
    cli.run("notify", environment=by_webhook(webhook_server.url))
    assert set(webhook_server.received) == set(messages)
    assert len(webhook_server.received) <= len(messages) + kills
    assert {state[1:] for state in outbox.states().values()} == {(True, False, None)}


def test_several_deliverers_send_each_message_once(follow, outbox, webhook_server):
    # One of them takes its time; the others pass its message by.
    webhook_server.answer(Answer(is_held=True))
    deliverers = [
        follow(by_webhook(webhook_server.url), "--poll", "0.5", "--timeout", "300") for _ in range(3)
    ]
    writers = [
        threading.Thread(target=lambda: [outbox.write(run=outbox.another_run()) for _ in range(20)])
        for _ in range(3)
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    wait_until(lambda: outbox.database.value(_DELIVERED) == 59, "all others are delivered")
    webhook_server.release()
    wait_until(lambda: outbox.database.value(_DELIVERED) == 60, "all are delivered")
    for deliverer in deliverers:
        deliverer.signal(signal.SIGTERM)
    results = [deliverer.wait() for deliverer in deliverers]
    assert [result.exit_code for result in results] == [0, 0, 0]
    assert len(webhook_server.received) == len(set(webhook_server.received)) == 60
    assert webhook_server.most_at_once == 1
    assert sum(result.output.count("delivered") for result in results) == 60


def test_a_message_that_is_being_claimed_is_passed_by_and_never_claimed_twice(outbox):
    first, second = outbox.write("started"), outbox.write(run=outbox.another_run())
    with (
        outbox.database.session(autocommit=False) as one,
        outbox.database.session() as other,
        one.cursor() as claiming,
        other.cursor() as next_one,
    ):
        next_one.execute("set statement_timeout = '20s'")  # for one that waits
        next_one.execute(_QUEUE)
        (due,) = next_one.fetchone()
        claiming.execute(_CLAIM, [due])
        assert claiming.fetchone() == (first,)
        next_one.execute(_CLAIM, [due])
        assert next_one.fetchone() == (second,)
        next_one.execute(_CLAIM, [due])
        assert next_one.fetchone() == (None,)
        one.commit()
        next_one.execute(_CLAIM, [due])
        assert next_one.fetchone() == (None,)


def test_two_that_queue_the_same_messages_at_once_make_each_once(outbox):
    messages = [outbox.write() for _ in range(50)]
    with outbox.database.session(autocommit=False) as one, one.cursor() as queueing:
        queueing.execute(_QUEUE)
        other = threading.Thread(target=outbox.database.execute, args=[_QUEUE])
        other.start()
        one.commit()
        other.join(PATIENCE)
    assert sorted(outbox.states()) == sorted((message, "webhook") for message in messages)


def test_a_claim_brings_the_message_to_the_disk_first(outbox):
    database = outbox.database
    database.execute("alter database test set synchronous_commit = off")
    with (
        database.session() as writer,
        database.session() as reader,
        writer.cursor() as write,
        reader.cursor() as read,
    ):
        write.execute("select current_setting('synchronous_commit'), count(*) from batch_ops.runs")
        assert write.fetchone()[0] == "off"
        flushed = "select pg_current_wal_flush_lsn() >= %s::pg_lsn"
        seen_lagging = False
        for _ in range(20):
            message = outbox.write(run=outbox.another_run())
            write.execute("select pg_current_wal_insert_lsn()")
            (written,) = write.fetchone()
            read.execute(_QUEUE)
            (due,) = read.fetchone()
            write.execute(flushed, [written])
            seen_lagging |= not write.fetchone()[0]
            read.execute(_CLAIM, [due])
            assert read.fetchone() == (message,)
            write.execute(flushed, [written])
            assert write.fetchone() == (True,)
        assert seen_lagging, "everything was on the disk before it was claimed, so this proves nothing"


def test_a_late_deliverer_overrules_nobody(cli, outbox, webhook_server):
    webhook_server.answer(Answer(500, is_held=True))
    message = outbox.write()
    late = cli.start("notify", environment=by_webhook(webhook_server.url))
    assert webhook_server.has_received.wait(PATIENCE)
    late.signal(signal.SIGSTOP)
    outbox.make_due()
    cli.run("notify", environment=by_webhook(webhook_server.url))
    assert outbox.state(message, "webhook") == (2, True, False, None)
    webhook_server.release()
    late.signal(signal.SIGCONT)
    assert late.wait().exit_code == 0  # The message is delivered.
    assert outbox.state(message, "webhook") == (2, True, False, None)


@pytest.fixture(scope="module")
def fragile_server():
    with Server(binaries=find_binaries(os.environ.get("DBT_BATCH_OPS_TEST_SERVER"))) as server:
        yield server


@pytest.fixture
def fragile(fragile_server, project, _renderer):
    """A server that the test may stop, the outbox on it, and what starts commands that follow."""
    database = Database(fragile_server.connection)
    database.recreate()
    engine = Engine(database, _renderer)
    engine.install()
    create_accounts(database, 100)
    engine.run("add_credit")
    followers = Followers(Cli(Dbt(project.folder, database.connection.environment)))
    yield fragile_server, Outbox(database), followers
    followers.end()


def test_following_survives_a_restart_of_the_database(fragile, webhook_server):
    server, outbox, follow = fragile
    process = follow(by_webhook(webhook_server.url), "--poll", "3600")
    first = outbox.write()
    process.wait_for("delivered")
    server.stop(immediately=True)
    process.wait_for("webhook: no database (")
    server.start()
    process.wait_for("webhook: connected again")
    second = outbox.write()
    wait_until(lambda: webhook_server.received == [first, second], "it listens again")

    # What was sent while the database was away is recorded when it is back, and not sent again.
    webhook_server.answer(Answer(is_held=True))
    webhook_server.has_received.clear()
    third = outbox.write()
    assert webhook_server.has_received.wait(PATIENCE)
    server.stop(immediately=True)
    webhook_server.release()
    wait_until(lambda: process.errors.count("webhook: no database (") >= 2, "the restart is noticed")
    server.start()
    wait_until(lambda: process.output.count("delivered") == 3, "the third delivery is recorded")
    process.signal(signal.SIGTERM)
    assert process.wait().exit_code == 0
    assert webhook_server.received == [first, second, third]
    assert outbox.state(third, "webhook") == (1, True, False, None)
