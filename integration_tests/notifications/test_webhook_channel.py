"""The channel ``webhook`` against a real HTTP server: what is posted, and what is said if it is refused."""

import base64
import hashlib
import hmac
import re
import time
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

import pytest

from dbt_batch_ops.notify.deadline import Deadline
from dbt_batch_ops.notify.message import Cause, DeliveryError, Message
from dbt_batch_ops.notify.settings import SettingsError, read_settings
from dbt_batch_ops.notify.webhook import Webhook
from support.commands.project import REPOSITORY
from support.notifications.broken_servers import BrokenServer, free_port
from support.notifications.certificates import Authority
from support.notifications.webhook_server import Answer, WebhookServer

KEY = bytes(range(32))
SECRET = "whsec_" + base64.b64encode(KEY).decode()
MESSAGE = Message(
    notification_id="5f0e4c55-9a3c-4a3b-8f0c-2d118b0c6f0e",
    channel="webhook",
    attempt=1,
    sequence_number=7,
    operation_id="8b0c6f0e-5f0e-4c55-9a3c-7a3b1f0c2d11",
    event="ended",
    subject="grant_credit: completed",
    message='Größe "x"\n😀',
    created_at="2026-01-31T10:00:00.25+00:00",
    payload={"operation": "grant_credit", "status": "completed", "processed_records": 12},
)


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("ca"))


def webhook(url, **settings):
    """The channel as the environment sets it up."""
    given = {"URL": url} | {name.upper(): str(value) for name, value in settings.items()}
    environment = {f"DBT_BATCH_OPS_WEBHOOK_{name}": value for name, value in given.items()}
    return Webhook(read_settings(environment).webhook)


def send(channel, seconds=20.0):
    with Deadline(seconds, time.monotonic()) as deadline:
        return channel.send(MESSAGE, deadline)


def refusal(channel, seconds=20.0):
    with pytest.raises(DeliveryError) as caught:
        send(channel, seconds)
    return caught.value


def expected_signature(request, key):
    """What Standard Webhooks says, computed from what has arrived."""
    signed = b".".join(
        [request.headers["webhook-id"].encode(), request.headers["webhook-timestamp"].encode(), request.body]
    )
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def test_a_message_arrives_with_its_facts_and_its_words():
    with WebhookServer() as server:
        send(webhook(server.url + "?a=1&b=2"))
    (request,) = server.requests
    assert request.path == "/hook?a=1&b=2"
    assert request.headers["host"] == f"127.0.0.1:{server.port}"
    assert request.headers["content-type"] == "application/json; charset=utf-8"
    assert request.headers["webhook-id"] == MESSAGE.notification_id
    assert "webhook-signature" not in request.headers
    assert request.content == {
        "operation": "grant_credit",
        "status": "completed",
        "processed_records": 12,
        "type": "batch_ops.run.ended",
        "timestamp": "2026-01-31T10:00:00.25+00:00",
        "notification_id": MESSAGE.notification_id,
        "sequence_number": 7,
        "operation_id": MESSAGE.operation_id,
        "event": "ended",
        "subject": "grant_credit: completed",
        "message": 'Größe "x"\n😀',
        "text": 'grant_credit: completed\nGröße "x"\n😀',
    }


def test_the_signature_is_that_of_standard_webhooks():
    before = int(time.time())
    with WebhookServer() as server:
        send(webhook(server.url, secret=SECRET))
        send(webhook(server.url, secret="any other text"))
        send(webhook(server.url, secret=f"{SECRET} {'whsec_' + base64.b64encode(KEY[::-1]).decode()}"))
    coded, plain, rotated = server.requests
    assert coded.headers["webhook-signature"] == expected_signature(coded, KEY)
    assert before <= int(coded.headers["webhook-timestamp"]) <= time.time()
    assert plain.headers["webhook-signature"] == expected_signature(plain, b"any other text")
    assert rotated.headers["webhook-signature"].split() == [
        expected_signature(rotated, KEY),
        expected_signature(rotated, KEY[::-1]),
    ]


def test_the_check_in_the_documentation_tells_what_is_genuine():
    text = (REPOSITORY / "docs" / "notifications.md").read_text()
    (snippet,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    written = {}
    exec(snippet, written)
    is_genuine = written["is_genuine"]
    for secret in (SECRET, "any other text"):
        with WebhookServer() as server:
            send(webhook(server.url, secret=secret))
        (request,) = server.requests
        assert is_genuine(request.headers, request.body, secret)
        assert not is_genuine(request.headers, request.body + b" ", secret)
        assert not is_genuine(request.headers, request.body, "whsec_" + base64.b64encode(b"x" * 32).decode())
        assert not is_genuine({**request.headers, "webhook-id": "x"}, request.body, secret)
        late = str(int(request.headers["webhook-timestamp"]) - 301)
        assert not is_genuine({**request.headers, "webhook-timestamp": late}, request.body, secret)


def test_every_setting_is_documented():
    text = (REPOSITORY / "docs" / "notifications.md").read_text()
    source = (REPOSITORY / "generator/dbt_batch_ops/notify/settings.py").read_text()
    names = {
        f"DBT_BATCH_OPS_{kind}_{name}" for kind, name in re.findall(r"\{(SMTP|WEBHOOK)\}([A-Z_]+)", source)
    }
    assert len(names) == 11
    assert names <= set(re.findall(r"DBT_BATCH_OPS_[A-Z_]+", text))


def test_the_user_of_the_url_becomes_a_login_and_no_part_of_the_url():
    with WebhookServer() as server:
        send(webhook(server.url.replace("://", "://me:p%40ss@")))
    (request,) = server.requests
    assert base64.b64decode(request.headers["authorization"].removeprefix("Basic ")) == b"me:p@ss"
    assert request.headers["host"] == f"127.0.0.1:{server.port}"


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_2xx_is_a_delivery(status):
    with WebhookServer() as server:
        server.answer(Answer(status))
        send(webhook(server.url))


@pytest.mark.parametrize(
    ("status", "cause"),
    [
        *((status, Cause.TEMPORARY) for status in (408, 425, 429, 500, 502, 503, 504)),
        *((status, Cause.REFUSED) for status in (301, 302, 307, 308, 400, 401, 403, 404, 405, 413, 422)),
        (410, Cause.GONE),
    ],
)
def test_another_status_says_how_long_to_try(status, cause):
    with WebhookServer() as server:
        server.answer(Answer(status, "no\r\nway", {"Location": server.url + "/elsewhere"}))
        error = refusal(webhook(server.url))
    assert error.cause is cause
    assert f"http://127.0.0.1:{server.port} said {status}" in str(error)
    assert "no\r\nway" in str(error)
    assert len(server.requests) == 1, "a redirect was followed"


@pytest.mark.parametrize(
    ("header", "least", "most"),
    [
        ("120", 120, 120),
        ("0", 0, 0),
        ("99999999999999999999", 10**7, 10**8),
        ("in an hour", 3500, 3601),
        ("Mon, 01 Jan 2001 00:00:00 GMT", 0, 0),
    ],
)
def test_a_receiver_says_when_to_come_back(header, least, most):
    if header == "in an hour":
        header = format_datetime(datetime.now(timezone.utc) + timedelta(hours=1), usegmt=True)
    with WebhookServer() as server:
        server.answer(Answer(503, headers={"Retry-After": header}))
        error = refusal(webhook(server.url))
    assert least <= error.retry_after <= most


@pytest.mark.parametrize("header", ["soon", "-5", "1.5", ""])
def test_nonsense_about_when_to_come_back_is_no_matter(header):
    with WebhookServer() as server:
        server.answer(Answer(503, headers={"Retry-After": header}))
        assert refusal(webhook(server.url)).retry_after is None


def test_a_receiver_that_repeats_all_it_was_sent_gives_no_secret_away():
    with WebhookServer() as server:
        url = server.url.replace("://", "://me:p%40ss-word@") + "/T0123/abcdefgh12345678?token=tok%2Fen12"
        server.answer(Answer(500, "{headers} {path} " + SECRET))
        channel = webhook(url, secret=SECRET)
        error = refusal(channel)
    raw = str(error)
    login = base64.b64encode(b"me:p@ss-word").decode()
    assert "user-agent: dbt-batch-ops" in raw, "it repeats nothing, so this proves nothing"
    for secret in (SECRET, SECRET[6:], "p@ss-word", "p%40ss-word", login, "abcdefgh12345678", "tok%2Fen12"):
        assert secret not in raw
        assert secret not in repr(channel._settings)
    assert "[hidden]" in raw


@pytest.mark.parametrize("name", [None, "hooks.example.com"])
def test_a_certificate_that_is_not_trusted_gets_nothing(authority, tmp_path, name):
    other = authority.server(name) if name else Authority(tmp_path).server()
    with WebhookServer(tls=other) as server:
        error = refusal(webhook(server.url, ca_file=authority.file))
    assert "its certificate is not trusted" in str(error)
    assert server.requests == []


def test_https_with_a_trusted_certificate_delivers(authority):
    with WebhookServer(tls=authority.server()) as server:
        send(webhook(server.url, ca_file=authority.file))
    assert len(server.requests) == 1


def test_a_refused_connection_is_told():
    error = refusal(webhook(f"http://127.0.0.1:{free_port()}/x"))
    assert "refused" in str(error)
    assert error.is_of_channel


def test_a_connection_closed_without_an_answer_is_told():
    with WebhookServer() as server:
        server.answer(Answer(0))
        error = refusal(webhook(server.url))
    assert "closed the connection without an answer" in str(error)


@pytest.mark.parametrize("says", [b"SSH-2.0-x\r\n", b"HTTP/1.1 2000000 OK\r\n\r\n", b"\x00" * 100_000])
def test_an_answer_that_is_no_http_is_told(says):
    with BrokenServer(says, closes=True) as server:
        error = refusal(webhook(f"http://127.0.0.1:{server.port}/"))
    assert error.cause is Cause.TEMPORARY


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_server_that_never_answers_is_left(scheme):
    with BrokenServer() as server:
        error = refusal(webhook(f"{scheme}://127.0.0.1:{server.port}/"), seconds=0.5)
    assert "no end within 0.5 s" in str(error)
    assert error.is_of_channel


def test_a_server_that_trickles_its_answer_is_left():
    with WebhookServer() as server:
        server.answer(Answer(trickles=True))
        error = refusal(webhook(server.url), seconds=0.5)
    assert "said 500" in str(error) or "no end within" in str(error)
    with BrokenServer(trickles=b"H") as server:
        error = refusal(webhook(f"http://127.0.0.1:{server.port}/"), seconds=0.5)
    assert "no end within 0.5 s" in str(error)


def test_an_answer_without_end_is_not_read_to_its_end():
    with BrokenServer(b"HTTP/1.1 500 Oh\r\n\r\n", trickles=b"y" * 1000) as server:
        error = refusal(webhook(f"http://127.0.0.1:{server.port}/"))
    assert len(str(error)) < 3000


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"SECRET": "x"}, "DBT_BATCH_OPS_WEBHOOK_URL is missing"),
        ({"URL": "ftp://user:hush@h/"}, "must be a URL"),
        ({"URL": "https://user:hush@/x"}, "must be a URL"),
        ({"URL": "https://h:99999/hush"}, "must be a URL"),
        ({"URL": "https://h/a\r\nX-Evil: hush"}, "must be a URL"),
        ({"URL": "https://h/", "SECRET": "whsec_hush"}, "at least 24 bytes"),
        ({"URL": "https://h/", "SECRET": "whsec_hush!hush!hush!hush!hush!hush!hush!"}, "at least 24 bytes"),
    ],
)
def test_settings_that_cannot_be_are_told_without_their_value(settings, problem):
    with pytest.raises(SettingsError) as caught:
        read_settings({f"DBT_BATCH_OPS_WEBHOOK_{name}": value for name, value in settings.items()})
    assert problem in str(caught.value)
    assert "hush" not in str(caught.value)
