"""The channel ``email`` against a real SMTP server: what arrives, and what is said when nothing does."""

import contextlib
import time

import pytest

from dbt_batch_ops.notify.deadline import Deadline
from dbt_batch_ops.notify.mail import Mail
from dbt_batch_ops.notify.message import Cause, DeliveryError, Message
from dbt_batch_ops.notify.settings import SettingsError, read_settings
from support.notifications.broken_servers import BrokenServer, free_port
from support.notifications.certificates import Authority
from support.notifications.mail_server import DROP, HOLD, MailServer

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH")

PASSWORD = 'corr ect=horse/+"<&>'
LOGIN = ("robot", PASSWORD)
MESSAGE = Message(
    notification_id="5f0e4c55-9a3c-4a3b-8f0c-2d118b0c6f0e",
    channel="email",
    attempt=1,
    sequence_number=7,
    operation_id="8b0c6f0e-5f0e-4c55-9a3c-7a3b1f0c2d11",
    event="ended",
    subject="grant_credit: completed",
    message="Credit was granted.\nSee you.",
    created_at="2026-01-31T10:00:00.25+00:00",
    payload={
        "operation": "grant_credit",
        "status": "completed",
        "target": "public.account",
        "processed_records": 1234567,
        "total_records": 1234567,
        "total_is_exact": False,
        "failed_records": 0,
        "seconds": 75.5,
        "started_at": "2026-01-31T09:58:44.7+00:00",
        "completed_at": None,
        "stop_reason": "a\nb",
    },
)


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("ca"))


def mail(port, **settings):
    """The channel as the environment sets it up."""
    given = {"HOST": "127.0.0.1", "PORT": str(port), "FROM": "Ops <ops@example.com>", "TO": "a@example.com"}
    given |= {name.upper(): str(value) for name, value in settings.items()}
    environment = {f"DBT_BATCH_OPS_SMTP_{name}": value for name, value in given.items()}
    return Mail(read_settings(environment).email)


def send(channel, message=MESSAGE, seconds=20.0):
    with Deadline(seconds, time.monotonic()) as deadline:
        return channel.send(message, deadline)


def refusal(channel, message=MESSAGE, seconds=20.0):
    with pytest.raises(DeliveryError) as caught:
        send(channel, message, seconds)
    return caught.value


def test_a_message_arrives_with_its_id_its_text_and_its_facts():
    with MailServer() as server:
        assert send(mail(server.port, to="a@example.com, Bea <b@example.com>")) is None
    (received,) = server.mails
    assert received.sender == "ops@example.com"
    assert received.recipients == ["a@example.com", "b@example.com"]
    assert not received.is_encrypted
    parsed = received.parsed
    assert parsed["From"] == "Ops <ops@example.com>"
    assert parsed["To"] == "a@example.com, Bea <b@example.com>"
    assert parsed["Subject"] == "grant_credit: completed"
    assert parsed["Message-ID"] == f"<{MESSAGE.notification_id}@example.com>"
    assert parsed["X-Batch-Ops-Notification-Id"] == MESSAGE.notification_id
    assert parsed["Date"].datetime.isoformat() == "2026-01-31T10:00:00+00:00"
    assert parsed.get_content_type() == "text/plain"
    assert parsed.get_content().splitlines() == [
        "Credit was granted.",
        "See you.",
        "",
        "operation    grant_credit",
        "table        public.account",
        "status       completed",
        "rows         1,234,567 of ~1,234,567",
        "failed rows  0",
        "time         1 min 15 s",
        "started      2026-01-31 09:58:44+00:00",
        "why          a b",
        "run          8b0c6f0e-5f0e-4c55-9a3c-7a3b1f0c2d11",
        "message      5f0e4c55-9a3c-4a3b-8f0c-2d118b0c6f0e",
    ]


@pytest.mark.parametrize("text", ["größe 😀 " * 40, "x" * 3000, ".\n..\n.", "日本語\n" * 50])
def test_any_text_arrives_as_it_is_on_lines_of_seven_bits(text):
    message = Message(**{**vars(MESSAGE), "message": text, "subject": text.split("\n")[0] or "s"})
    with MailServer() as server:
        send(mail(server.port))
    with MailServer() as server:
        send(mail(server.port), message)
    (received,) = server.mails
    assert received.raw.isascii()
    assert max(len(line) for line in received.raw.splitlines()) <= 998
    assert _unix(received.parsed.get_content()).startswith(text.strip() + "\n\noperation ")


def _unix(text):
    return text.replace("\r\n", "\n")


def test_nothing_in_a_message_becomes_a_header():
    evil = "hello\r\nBcc: victim@example.com\r\n\r\nbody\x00\x85\u2028X-Evil: 1"
    message = Message(**{**vars(MESSAGE), "subject": evil, "message": evil, "payload": {"operation": evil}})
    with MailServer() as server:
        send(mail(server.port), message)
    (received,) = server.mails
    assert received.recipients == ["a@example.com"]
    assert received.parsed["Bcc"] is None
    assert received.parsed["X-Evil"] is None
    assert received.parsed["Subject"] == "hello Bcc: victim@example.com body X-Evil: 1"
    assert not received.parsed.defects


@pytest.mark.parametrize("implicit", [False, True], ids=["starttls", "tls"])
def test_a_login_goes_through_tls(authority, implicit):
    with MailServer(tls=authority.server(), implicit=implicit, login=LOGIN) as server:
        security = "tls" if implicit else "starttls"
        send(mail(server.port, user=LOGIN[0], password=PASSWORD, security=security, ca_file=authority.file))
    (received,) = server.mails
    assert received.is_encrypted
    assert received.login == "robot"


def test_a_wrong_password_is_refused_and_repeated_nowhere(authority):
    with MailServer(tls=authority.server(), login=("robot", "another")) as server:
        channel = mail(server.port, user="robot", password=PASSWORD, ca_file=authority.file)
        error = refusal(channel)
    assert server.wrong_logins[0] == ("robot", PASSWORD)
    assert (error.cause, error.is_of_channel) == (Cause.REFUSED, True)
    assert PASSWORD in str(error), "the server repeats it, or the scrubbing below proves nothing"
    assert "535" in channel.scrub(str(error))
    assert PASSWORD not in channel.scrub(str(error))
    assert PASSWORD not in repr(channel._settings)
    assert not server.mails


@pytest.mark.parametrize("implicit", [False, True], ids=["starttls", "tls"])
def test_a_certificate_of_an_unknown_authority_gets_nothing(authority, tmp_path, implicit):
    with MailServer(tls=Authority(tmp_path).server(), implicit=implicit, login=LOGIN) as server:
        security = "tls" if implicit else "starttls"
        for ca_file in ({}, {"ca_file": authority.file}):
            error = refusal(mail(server.port, user="robot", password="p", security=security, **ca_file))
            assert "its certificate is not trusted" in str(error)
            assert error.cause is Cause.TEMPORARY
    assert not server.mails
    assert not server.wrong_logins


def test_a_certificate_of_another_name_gets_nothing(authority):
    with MailServer(tls=authority.server("mail.example.com"), implicit=True) as server:
        error = refusal(mail(server.port, security="tls", ca_file=authority.file))
    assert "its certificate is not trusted" in str(error)
    assert not server.mails


def test_a_server_without_starttls_gets_nothing():
    with MailServer() as server:
        error = refusal(mail(server.port, security="starttls"))
        assert "no STARTTLS" in str(error)
        assert error.is_of_channel
        # A login alone asks for encryption, also on this machine.
        assert "no STARTTLS" in str(refusal(mail(server.port, user="robot", password="p")))
    assert not server.mails
    assert not server.wrong_logins


def test_a_login_in_the_clear_must_be_asked_for():
    with MailServer(login=LOGIN) as server:
        send(mail(server.port, user="robot", password=PASSWORD, security="none"))
    assert server.mails[0].login == "robot"


@pytest.mark.parametrize(
    ("stage", "answer", "cause"),
    [
        ("MAIL", "451 4.3.0 later", Cause.TEMPORARY),
        ("MAIL", "553 5.1.8 who are you", Cause.REFUSED),
        ("RCPT", "450 4.2.0 greylisted", Cause.TEMPORARY),
        ("RCPT", "550 5.1.1 no such user", Cause.REFUSED),
        ("DATA", "452 4.3.1 disk full", Cause.TEMPORARY),
        ("DATA", "554 5.7.1 spam", Cause.REFUSED),
    ],
)
def test_a_refusal_at_any_stage_says_what_the_server_said(stage, answer, cause):
    with MailServer() as server:
        server.answer(stage, answer)
        channel = mail(server.port)
        error = refusal(channel)
        assert error.cause is cause
        assert answer in str(error)
        assert not server.mails
        send(channel)  # The next attempt is a new one.
        assert len(server.mails) == 1


@pytest.mark.parametrize(("greeting", "cause"), [(b"421 busy\r\n", "421"), (b"554 no\r\n", "554")])
def test_a_server_that_sends_everyone_away_is_down(greeting, cause):
    with BrokenServer(greeting, closes=True) as server:
        error = refusal(mail(server.port))
    assert cause in str(error)
    assert error.is_of_channel


def test_a_connection_lost_after_the_message_leaves_it_open_whether_it_arrived():
    with MailServer() as server:
        server.answer("DATA", DROP)
        channel = mail(server.port)
        error = refusal(channel)
        assert (error.cause, error.is_of_channel) == (Cause.TEMPORARY, True)
        send(channel, Message(**{**vars(MESSAGE), "attempt": 2}))
    first, second = server.mails
    assert first.parsed["Message-ID"] == second.parsed["Message-ID"]


def test_a_recipient_that_may_take_it_later_holds_it_back_for_all_but_not_for_ever():
    with MailServer() as server:
        channel = mail(server.port, to="a@example.com, b@example.com")
        server.answer("RCPT", "250 OK", "450 4.2.0 greylisted")
        assert "b@example.com" in str(refusal(channel))
        assert not server.mails
        server.answer("RCPT", "250 OK", "450 4.2.0 greylisted")
        note = send(channel, Message(**{**vars(MESSAGE), "attempt": 4}))
    assert note == "not for b@example.com: 450 4.2.0 greylisted"
    assert server.mails[0].recipients == ["a@example.com"]


def test_a_recipient_that_is_refused_for_good_is_told_of_and_the_others_get_it():
    with MailServer() as server:
        server.answer("RCPT", "550 5.1.1 no such user", "250 OK")
        note = send(mail(server.port, to="a@example.com, b@example.com"))
    assert note == "not for a@example.com: 550 5.1.1 no such user"
    assert server.mails[0].recipients == ["b@example.com"]


def test_a_refused_connection_is_told():
    error = refusal(mail(free_port()))
    assert "refused" in str(error)
    assert error.is_of_channel


@pytest.mark.parametrize("security", ["none", "starttls", "tls"])
def test_a_server_that_never_answers_is_left(security):
    with BrokenServer() as server:
        error = refusal(mail(server.port, security=security), seconds=0.5)
    assert "no end within 0.5 s" in str(error)
    assert (error.cause, error.is_of_channel) == (Cause.TEMPORARY, True)


@pytest.mark.parametrize("says", [b"", b"220-hello\r\n"])
def test_a_server_that_trickles_is_left(says):
    with BrokenServer(says, trickles=b"2") as server:
        error = refusal(mail(server.port, security="none"), seconds=0.5)
    assert "no end within 0.5 s" in str(error)


def test_a_server_that_trickles_within_the_handshake_is_left():
    with BrokenServer(b"220 hi\r\n250-x\r\n250 STARTTLS\r\n220 go\r\n", trickles=b"\x16") as server:
        error = refusal(mail(server.port, security="starttls"), seconds=0.5)
    assert error.is_of_channel


def test_a_server_that_hangs_on_to_the_message_is_left():
    with MailServer() as server:
        server.answer("DATA", HOLD)
        error = refusal(mail(server.port), seconds=0.5)
    assert "no end within 0.5 s" in str(error)


def test_an_attempt_whose_time_is_over_before_it_begins_sends_nothing():
    with MailServer() as server:
        channel = mail(server.port)
        with contextlib.suppress(DeliveryError), Deadline(5, time.monotonic() - 6) as deadline:
            channel.send(MESSAGE, deadline)
            pytest.fail("it was sent although the lease is over")
    assert not server.mails


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"FROM": "a@example.com"}, "DBT_BATCH_OPS_SMTP_HOST is missing"),
        ({"HOST": "h", "FROM": "a@example.com", "TO": "x"}, "DBT_BATCH_OPS_SMTP_TO must be addresses"),
        (
            {"HOST": "h", "FROM": "a@e.com\r\nBcc: x@e.com", "TO": "a@e.com"},
            "DBT_BATCH_OPS_SMTP_FROM must be",
        ),
        ({"HOST": "h", "FROM": "A\r\nX: y <a@e.com>", "TO": "a@e.com"}, "DBT_BATCH_OPS_SMTP_FROM must be"),
        ({"HOST": "h", "FROM": "a@e.com", "TO": "a..b@e.com"}, "DBT_BATCH_OPS_SMTP_TO"),
        ({"HOST": "h", "FROM": "a@e.com", "TO": "b@e.com", "PORT": "0"}, "DBT_BATCH_OPS_SMTP_PORT"),
        ({"HOST": "h", "FROM": "a@e.com", "TO": "b@e.com", "SECURITY": "ssl"}, "one of starttls, tls, none"),
        ({"HOST": "h", "FROM": "a@e.com", "TO": "b@e.com", "USER": "u"}, "belong together"),
        ({"HOST": "h", "FROM": "a@e.com", "TO": "b@e.com", "CA_FILE": "/no/file"}, "/no/file"),
    ],
)
def test_settings_that_cannot_be_are_told_by_their_names(settings, problem):
    with pytest.raises(SettingsError) as caught:
        read_settings({f"DBT_BATCH_OPS_SMTP_{name}": value for name, value in settings.items()})
    assert problem in str(caught.value)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"HOST": "mail.example.com"}, ("starttls", 587)),
        ({"HOST": "mail.example.com", "PORT": "465"}, ("tls", 465)),
        ({"HOST": "mail.example.com", "PORT": "25"}, ("starttls", 25)),
        ({"HOST": "localhost"}, ("none", 25)),
        ({"HOST": "127.0.0.1", "USER": "u", "PASSWORD": "p"}, ("starttls", 587)),
        ({"HOST": "mail.example.com", "SECURITY": "none"}, ("none", 25)),
    ],
)
def test_nothing_leaves_this_machine_in_the_clear_unless_it_is_asked_for(given, expected):
    given = {"FROM": "a@e.com", "TO": "b@e.com", **given}
    settings = read_settings({f"DBT_BATCH_OPS_SMTP_{name}": value for name, value in given.items()}).email
    assert (settings.security, settings.port) == expected
