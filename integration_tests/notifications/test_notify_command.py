"""``dbt-batch-ops notify`` as a user types it, against real servers."""

import json
import signal
from pathlib import Path

import pytest

from support.commands.cli import Cli
from support.notifications.broken_servers import free_port
from support.notifications.mail_server import MailServer
from support.notifications.notify_command import Followers, by_mail, by_webhook
from support.notifications.outbox import Outbox
from support.notifications.webhook_server import Answer, WebhookServer
from support.patience import PATIENCE, wait_until
from support.selection.matrices import turns
from support.tables.items import create_items

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH")

TOLD = "template_with_told_run"


@pytest.fixture(scope="session")
def _told_run(_dbt, _database, _ledger_template):
    _database.recreate(_ledger_template)
    create_items(_database, 30)
    _dbt.run_operation("touch_items_by_7")
    _database.save_as_template(TOLD)


@pytest.fixture
def outbox(_database, _told_run):
    """The outbox of a database in which a run has really run; it is empty."""
    _database.recreate(TOLD)
    _database.execute("delete from batch_ops.notifications")
    return Outbox(_database)


@pytest.fixture
def mail_server():
    with MailServer() as server:
        yield server


@pytest.fixture
def webhook_server():
    with WebhookServer() as server:
        yield server


@pytest.fixture
def cli(dbt, outbox):
    return Cli(dbt)


@pytest.fixture
def follow(cli):
    """Starts commands that follow; they end with the test."""
    followers = Followers(cli)
    yield followers
    followers.end()


def test_a_message_is_delivered_once_on_each_channel_that_is_set_up(cli, outbox, mail_server, webhook_server):
    environment = by_mail(mail_server.port) | by_webhook(webhook_server.url)
    first, second = outbox.write("started", subject="it starts"), outbox.write(subject="it has ended")
    result = cli.run("notify", environment=environment)
    assert [mail.notification_id for mail in mail_server.mails] == [first, second]
    assert webhook_server.received == [first, second]
    assert webhook_server.requests[1].content["processed_records"] == 30
    mail = mail_server.mails[1].parsed
    assert mail["Subject"] == "it has ended"
    assert f"run          {outbox.operation_id}" in mail.get_content()
    assert set(outbox.states().values()) == {(1, True, False, None)}
    lines = [line.split() for line in result.output.splitlines()]
    assert lines[0] == ["channel", "event", "operation", "run", "delivery"]
    assert sorted(lines[1:]) == sorted(
        [channel, event, "touch_items_by_7", outbox.operation_id, "delivered"]
        for channel in ("email", "webhook")
        for event in ("started", "ended")
    )
    again = cli.run("notify", environment=environment)
    assert again.output == "nothing to deliver\n"
    assert len(mail_server.mails) == len(webhook_server.requests) == 2


def test_a_failed_delivery_is_told_kept_and_repeated_with_the_same_id(cli, outbox, webhook_server):
    environment = by_webhook(webhook_server.url)
    webhook_server.answer(Answer(503, "closed for\nlunch"))
    message = outbox.write()
    result = cli.run("notify", check=False, environment=environment)
    assert result.exit_code == 1
    said = f"http://127.0.0.1:{webhook_server.port} said 503 Service Unavailable: closed for lunch"
    assert f"failed: {said}; again in " in result.output
    assert "webhook: 1 message waits, next attempt in " in result.output
    assert outbox.state(message, "webhook") == (1, False, False, said)
    soon = "select next_attempt_at < clock_timestamp() + interval '10 seconds' from batch_ops.deliveries"
    assert outbox.database.value(soon)
    # It is not due yet, and still something that could not be delivered.
    outbox.put_off()
    early = cli.run("notify", check=False, environment=environment)
    assert early.exit_code == 1
    assert len(webhook_server.requests) == 1
    outbox.make_due()
    late = cli.run("notify", environment=environment)
    assert "delivered (attempt 2)" in late.output
    assert webhook_server.received == [message, message]
    assert outbox.state(message, "webhook") == (2, True, False, None)


def test_a_channel_that_is_down_holds_up_no_other(cli, outbox, webhook_server):
    message = outbox.write()
    environment = by_mail(free_port()) | by_webhook(webhook_server.url)
    result = cli.run("notify", check=False, environment=environment)
    assert result.exit_code == 1
    assert webhook_server.received == [message]
    assert outbox.state(message, "webhook") == (1, True, False, None)
    attempts, is_delivered, is_given_up, error = outbox.state(message, "email")
    assert (attempts, is_delivered, is_given_up) == (1, False, False)
    assert "refused" in error


def test_a_channel_that_is_down_is_left_alone_for_the_rest_of_the_pass(cli, outbox):
    for _ in range(5):
        outbox.write(run=outbox.another_run())
    result = cli.run("notify", check=False, environment=by_mail(free_port()))
    assert result.exit_code == 1
    assert sorted(state[0] for state in outbox.states().values()) == [0, 0, 1, 1, 1]
    assert "email: left alone for now" in result.output


def test_one_message_that_is_refused_holds_up_no_message_of_another_run(cli, outbox, mail_server):
    mail_server.answer("DATA", "554 5.7.1 spam", "554 5.7.1 spam", "554 5.7.1 spam", "554 5.7.1 spam")
    messages = [outbox.write(run=outbox.another_run()) for _ in range(6)]
    result = cli.run("notify", check=False, environment=by_mail(mail_server.port))
    assert result.exit_code == 1
    assert [mail.notification_id for mail in mail_server.mails] == messages[4:]


def test_messages_of_a_run_keep_their_order_while_an_earlier_one_is_tried_again(cli, outbox, webhook_server):
    environment = by_webhook(webhook_server.url)
    webhook_server.answer(Answer(500))
    first, second = outbox.write("started"), outbox.write()
    cli.run("notify", check=False, environment=environment)
    assert webhook_server.received == [first]
    outbox.make_due()
    cli.run("notify", environment=environment)
    assert webhook_server.received == [first, first, second]


def test_a_message_goes_ahead_of_one_that_was_tried_three_times(cli, outbox, webhook_server):
    environment = by_webhook(webhook_server.url)
    webhook_server.answer(Answer(500), Answer(500), Answer(500))
    first, second = outbox.write("started"), outbox.write()
    for _ in range(3):
        cli.run("notify", check=False, environment=environment)
        outbox.make_due()
    assert webhook_server.received == [first, first, first, second]


def test_a_channel_that_is_wanted_and_not_set_up_is_told_with_its_variables(cli, outbox, mail_server):
    both, webhook = outbox.write(channels=("email", "webhook")), outbox.write(channels=("webhook",))
    result = cli.run("notify", check=False, environment=by_mail(mail_server.port))
    assert result.exit_code == 1
    assert (
        "error: 2 messages for webhook, which is not set up: set DBT_BATCH_OPS_WEBHOOK_URL\n" in result.errors
    )
    assert [mail.notification_id for mail in mail_server.mails] == [both]
    with WebhookServer() as server:
        cli.run("notify", environment=by_webhook(server.url))
        assert server.received == [both, webhook]


def test_without_any_channel_the_variables_are_told(cli, outbox):
    outbox.write()
    result = cli.run("notify", check=False)
    assert result.exit_code == 1
    assert result.errors == (
        "error: no channel is set up; set environment variables for one or both\n"
        "  email: DBT_BATCH_OPS_SMTP_HOST, DBT_BATCH_OPS_SMTP_FROM and DBT_BATCH_OPS_SMTP_TO\n"
        "  webhook: DBT_BATCH_OPS_WEBHOOK_URL\n"
    )
    assert outbox.states() == {}


def test_settings_that_cannot_be_end_the_command_before_anything_is_sent(cli, outbox, webhook_server):
    environment = by_webhook(webhook_server.url) | {"DBT_BATCH_OPS_SMTP_HOST": "h"}
    outbox.write()
    result = cli.run("notify", check=False, environment=environment)
    assert result.exit_code == 1
    assert "DBT_BATCH_OPS_SMTP_FROM is missing" in result.errors
    assert webhook_server.requests == []


DAYS = 86400


def test_a_message_that_is_too_old_is_given_up_and_told_once(cli, outbox, webhook_server):
    old, new = outbox.write(age=8 * DAYS), outbox.write(age=6 * DAYS)
    elsewhere = outbox.write(channels=("email",), age=8 * DAYS)
    result = cli.run("notify", check=False, environment=by_webhook(webhook_server.url))
    assert result.exit_code == 1
    assert "webhook: 1 message given up: older than --max-age" in result.output
    assert "email: 1 message given up: older than --max-age" in result.output
    assert webhook_server.received == [new]
    expired = (0, False, True, "expired: it waited for too long")
    assert outbox.state(old, "webhook") == expired
    assert outbox.state(elsewhere, "email") == expired
    again = cli.run("notify", environment=by_webhook(webhook_server.url))
    assert again.output == "nothing to deliver\n"


def test_a_channel_that_is_set_up_later_does_not_get_what_is_too_old(
    cli, outbox, mail_server, webhook_server
):
    old, new = outbox.write(age=100), outbox.write()
    cli.run("notify", environment=by_mail(mail_server.port))
    environment = by_mail(mail_server.port) | by_webhook(webhook_server.url)
    cli.run("notify", "--max-age", "1 minute", environment=environment)
    assert [mail.notification_id for mail in mail_server.mails] == [old, new]
    assert webhook_server.received == [new]
    assert (old, "webhook") not in outbox.states()


@pytest.mark.parametrize(
    ("answer", "attempts", "options"),
    [
        (Answer(410), 0, []),
        (Answer(404), 7, []),
        (Answer(500), 19, []),
        (Answer(500), 2, ["--max-attempts", "3"]),
        (Answer(503, headers={"Retry-After": "7200"}), 0, ["--max-age", "1 hour"]),
    ],
    ids=["gone", "refused", "broken", "fewer", "older"],
)
def test_a_message_is_given_up_in_the_end(cli, outbox, webhook_server, answer, attempts, options):
    webhook_server.answer(answer)
    message = outbox.write()
    outbox.database.execute(
        "insert into batch_ops.deliveries (notification_id, channel, attempts) values (%s, 'webhook', %s)",
        [message, attempts],
    )
    result = cli.run("notify", *options, check=False, environment=by_webhook(webhook_server.url))
    assert result.exit_code == 1
    assert "given up" in result.output
    tried, is_delivered, is_given_up, error = outbox.state(message, "webhook")
    assert (tried, is_delivered, is_given_up) == (attempts + 1, False, True)
    assert f"said {answer.status}" in error
    outbox.make_due()
    assert cli.run("notify", environment=by_webhook(webhook_server.url)).output == "nothing to deliver\n"


def test_a_receiver_is_left_alone_for_as_long_as_it_asks(cli, outbox, webhook_server):
    webhook_server.answer(Answer(429, headers={"Retry-After": "3600"}))
    outbox.write()
    later = outbox.write(run=outbox.another_run())
    cli.run("notify", check=False, environment=by_webhook(webhook_server.url))
    assert len(webhook_server.requests) == 1
    pauses = "select next_attempt_at > clock_timestamp() + interval '50 minutes' from batch_ops.deliveries"
    assert sorted(outbox.database.rows(pauses)) == [(False,), (True,)]
    assert outbox.state(later, "webhook")[0] == 0


def test_programs_get_json(cli, outbox, mail_server, webhook_server):
    webhook_server.answer(Answer(500))
    message = outbox.write()
    outbox.write(channels=("email",), age=8 * DAYS)
    environment = by_mail(mail_server.port) | by_webhook(webhook_server.url)
    result = cli.run("notify", "--json", check=False, environment=environment)
    assert result.exit_code == 1
    content = json.loads(result.output)
    deliveries = {delivery["channel"]: delivery for delivery in content["deliveries"]}
    assert deliveries["email"] == {
        "notification_id": message,
        "channel": "email",
        "event": "ended",
        "operation": "touch_items_by_7",
        "operation_id": outbox.operation_id,
        "attempt": 1,
        "state": "delivered",
        "error": None,
        "next_attempt_in_seconds": None,
    }
    assert deliveries["webhook"]["state"] == "failed"
    assert "said 500" in deliveries["webhook"]["error"]
    assert deliveries["webhook"]["next_attempt_in_seconds"] > 0
    assert content["expired"] == {"email": 1}
    assert content["waiting"]["webhook"]["messages"] == 1
    assert content["not_set_up"] == {}


@pytest.mark.parametrize("arguments", [["--max-age", "soon"], ["--timeout", "0"], ["SPEC"], ["--poll", "x"]])
def test_a_wrong_call_is_exit_code_2(cli, outbox, arguments):
    assert cli.run("notify", *arguments, check=False).exit_code == 2


def test_a_database_without_a_ledger_says_what_to_type(dbt, empty_database):
    result = Cli(dbt).run("notify", check=False, environment=by_webhook("http://127.0.0.1:1/"))
    assert result.exit_code == 1
    assert result.errors == (
        "error: there is no ledger in this database (schema batch_ops); type:\n"
        "  dbt run-operation dbt_batch_ops.install\n"
    )


def test_a_ledger_without_an_outbox_says_what_to_type(cli, outbox):
    outbox.database.execute("drop function batch_ops.claim_delivery(text, interval, timestamptz)")
    for arguments in (["notify"], ["notify", "--follow"]):
        result = cli.run(*arguments, check=False, environment=by_webhook("http://127.0.0.1:1/"))
        assert result.exit_code == 1
        assert "error: the ledger in this database is older than this command; type:\n" in result.errors


def test_a_database_that_is_not_there_is_an_error(cli, outbox):
    for arguments in (["notify"], ["notify", "--follow"]):
        environment = by_webhook("http://127.0.0.1:1/") | {"PGPORT": str(free_port())}
        result = cli.run(*arguments, check=False, environment=environment)
        assert result.exit_code == 1
        assert "error: there is no connection to the database" in result.errors


def test_one_recipient_that_is_refused_is_told_although_the_others_have_it(cli, outbox, mail_server):
    mail_server.answer("RCPT", "550 5.1.1 no such user", "250 OK")
    environment = by_mail(mail_server.port) | {"DBT_BATCH_OPS_SMTP_TO": "gone@example.com, b@example.com"}
    message = outbox.write()
    result = cli.run("notify", check=False, environment=environment)
    assert result.exit_code == 1
    note = "not for gone@example.com: 550 5.1.1 no such user"
    assert f"delivered: {note}" in result.output
    assert outbox.state(message, "email") == (1, True, False, note)


def test_no_secret_is_printed_recorded_or_in_the_list_of_processes(cli, outbox):
    password, token, secret = "pass-w0rd/x", "T0KEN-of-the-url", "signing secret"
    with MailServer(login=("robot", "another")) as mail_server, WebhookServer() as webhook_server:
        webhook_server.answer(Answer(500, "signing secret {path} {headers}", is_held=True))
        url = webhook_server.url.replace("://", f"://me:{token}-2@") + f"/{token}"
        environment = (
            by_mail(mail_server.port)
            | by_webhook(url)
            | {
                "DBT_BATCH_OPS_SMTP_USER": "robot",
                "DBT_BATCH_OPS_SMTP_PASSWORD": password,
                "DBT_BATCH_OPS_SMTP_SECURITY": "none",
                "DBT_BATCH_OPS_WEBHOOK_SECRET": secret,
            }
        )
        message = outbox.write()
        process = cli.start("notify", environment=environment)
        assert webhook_server.has_received.wait(PATIENCE)
        command_line = Path(f"/proc/{process._process.pid}/cmdline")
        processes = command_line.read_text() if command_line.exists() else ""
        webhook_server.release()
        result = process.wait()
        assert set(mail_server.wrong_logins) == {("robot", password)}
    assert result.exit_code == 1
    assert "535" in outbox.state(message, "email")[3]
    assert "[hidden]" in outbox.state(message, "email")[3]
    assert "[hidden]" in outbox.state(message, "webhook")[3]
    everything = f"{result}{processes}{outbox.everything()}"
    for hidden in (password, token, secret):
        assert hidden not in everything


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_following_delivers_as_messages_come_and_ends_cleanly(follow, outbox, webhook_server, number):
    early = outbox.write("started")
    # Looking by itself is not what delivers: it would take an hour.
    process = follow(by_webhook(webhook_server.url), "--poll", "3600")
    wait_until(lambda: webhook_server.received == [early], "what was there is delivered")
    process.wait_for("started")
    late = outbox.write()
    wait_until(lambda: webhook_server.received == [early, late], "what came is delivered")
    process.wait_for("ended")
    process.signal(number)
    result = process.wait()
    assert result.exit_code == 0, str(result)
    assert result.errors.endswith("stopped\n")
    (line,) = [line for line in result.output.splitlines() if "ended" in line]
    assert line.split()[1:] == ["webhook", "ended", "touch_items_by_7", outbox.operation_id, "delivered"]
    assert set(outbox.states().values()) == {(1, True, False, None)}


def test_following_tries_again_when_it_is_time(follow, outbox, webhook_server):
    webhook_server.answer(Answer(500))
    process = follow(by_webhook(webhook_server.url), "--poll", "3600")
    message = outbox.write()
    wait_until(lambda: webhook_server.received == [message] * 2, "it is delivered by the second attempt")
    process.wait_for("delivered (attempt 2)")
    process.signal(signal.SIGTERM)
    assert process.wait().exit_code == 0


def test_following_finds_messages_whose_news_was_lost(follow, outbox, webhook_server):
    process = follow(by_webhook(webhook_server.url), "--poll", "0.2")
    message = outbox.write(is_told=False)
    wait_until(lambda: webhook_server.received == [message], "it is delivered")
    process.signal(signal.SIGTERM)
    assert process.wait().exit_code == 0


def test_following_ends_with_what_it_is_sending(follow, outbox, webhook_server):
    webhook_server.answer(Answer(is_held=True))
    process = follow(by_webhook(webhook_server.url))
    message = outbox.write()
    assert webhook_server.has_received.wait(PATIENCE)
    process.signal(signal.SIGTERM)
    webhook_server.release()
    assert process.wait().exit_code == 0
    assert outbox.state(message, "webhook") == (1, True, False, None)


@turns(8, of_each_run=2)
def test_following_ends_at_once_when_it_is_asked_twice(turn, follow, outbox, webhook_server):
    webhook_server.answer(Answer(is_held=True))
    process = follow(by_webhook(webhook_server.url))
    message = outbox.write()
    assert webhook_server.has_received.wait(PATIENCE)
    process.signal(signal.SIGINT)
    process.signal(signal.SIGTERM)
    assert process.wait().exit_code == 130
    assert outbox.state(message, "webhook") == (1, False, False, None)


def test_following_says_what_is_not_set_up(follow, outbox, mail_server):
    process = follow(by_mail(mail_server.port))
    outbox.write(channels=("webhook",))
    process.wait_for("1 message for webhook, which is not set up: set DBT_BATCH_OPS_WEBHOOK_URL")
    process.signal(signal.SIGTERM)
    assert process.wait().exit_code == 0


def test_following_prints_a_line_of_json_for_a_delivery(follow, outbox, webhook_server):
    message = outbox.write()
    process = follow(by_webhook(webhook_server.url), "--json")
    process.wait_for("delivered")
    process.signal(signal.SIGTERM)
    (line,) = process.wait().output.splitlines()
    assert json.loads(line)["notification_id"] == message
