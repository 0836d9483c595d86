"""The host's backend before a real gateway: Circle's Python SDK, a person at the widget, the clock, a webhook endpoint.

The gateway is started by python.test.mjs, which says where it is through the environment.
"""

import base64
import json
import os
import subprocess
import threading
import urllib.request
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from circle.web3 import configurations, user_controlled_wallets, utils

GATEWAY = os.environ["REPIN_GATEWAY"]
API_KEY = os.environ["REPIN_API_KEY"]

PIN = "493817"
ANSWERS = ["St. Mary’s School", "19880327"]

ucw = user_controlled_wallets

# First of all calls: the user-controlled client makes this one too, once and for Circle's own address.
configuration = utils.init_configurations_client(api_key=API_KEY, host=GATEWAY)
client = utils.init_user_controlled_wallets_client(api_key=API_KEY, host=GATEWAY)
users = ucw.UsersApi(client)
pins = ucw.PINAuthenticationApi(client)
social = ucw.SocialEmailAuthenticationApi(client)
webhooks = configurations.WebhookSubscriptionsApi(configuration)
account = configurations.DeveloperAccountApi(configuration)
health = configurations.HealthApi(configuration)


def user():
    """Somebody new: their id."""
    user_id = str(uuid.uuid4())
    pins.create_user(ucw.CreateUserRequest(user_id=user_id))
    return user_id


def session(user_id):
    """A token and its encryption key."""
    return pins.get_user_token(ucw.UserTokenRequest(user_id=user_id)).data


def look(user_id):
    """What the host sees of somebody."""
    return users.get_user(user_id).data.user


def enrolled():
    """Somebody with PIN and answers: their id."""
    user_id = user()
    assert carry_out(user_id, initialize, newPin=PIN, newAnswers=ANSWERS)[0]["screen"] == "Done"
    return user_id


def initialize(token):
    return users.create_user_with_pin_challenge(token, ucw.SetPinAndInitWalletRequest(blockchains=["ETH-SEPOLIA"]))


def set_pin(token):
    return pins.create_user_pin_challenge(token, ucw.SetPinRequest())


def change_pin(token):
    return pins.update_user_pin_challenge(token, ucw.SetPinRequest())


def restore_pin(token):
    return pins.create_user_pin_restore_challenge(token, ucw.SetPinRequest())


def carry_out(user_id, create, **typed):
    """Creates a challenge and has the person carry it out: where they ended, and the challenge then."""
    tokens = session(user_id)
    challenge_id = create(tokens.user_token).data.challenge_id
    line = {
        "gateway": GATEWAY,
        "userToken": tokens.user_token,
        "encryptionKey": tokens.encryption_key,
        "challengeId": challenge_id,
        **typed,
    }
    person = subprocess.run(
        [os.environ["REPIN_PERSON"]], input=json.dumps(line) + "\n", capture_output=True, text=True, check=True
    )
    challenge = users.get_user_challenge(tokens.user_token, challenge_id).data.challenge
    return json.loads(person.stdout), challenge


def advance(minutes):
    """Lets time pass on the gateway's clock."""
    body = json.dumps({"advance_ms": minutes * 60_000}).encode()
    headers = {"Content-Type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(f"{GATEWAY}/demo/api/clock", body, headers)) as reply:
        assert reply.status == 200


def admin(*words):
    """What an operator types."""
    program = [os.environ["REPIN_SERVER"], "admin", "--data", os.environ["REPIN_DATA"], "--by", "conformance"]
    subprocess.run([*program, *words], capture_output=True, check=True)


def claims(token):
    """What a userToken says of itself. The SDK takes it as it is; so should a host."""
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def refused(call, code, status, kind):
    """The call must fail with Circle's code, in this class of the SDK's exceptions and no other.

    The SDK has classes for 400, 401, 403, 404 and 5xx; a 409 is a plain `ApiException`.
    """
    try:
        call()
    except ucw.ApiException as error:
        assert type(error) is kind, type(error)
        assert (error.status, json.loads(error.body)["code"]) == (status, code), (error.status, error.body)
        return
    raise AssertionError(f"answered, where {code} was due")


class Receiver:
    """The host's webhook endpoint: answers 200 to everything and keeps it."""

    def __init__(self):
        self.deliveries = []
        self._news = threading.Condition()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_HEAD(self):
                self._keep()

            def do_POST(self):
                self._keep()

            def _keep(self):
                raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                with receiver._news:
                    receiver.deliveries.append((self.command, self.headers, raw))
                    receiver._news.notify_all()
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/webhooks"

    def notification(self, wanted):
        """Headers and raw body of the first notification that is as wanted, or will be."""
        with self._news:
            while True:
                for method, headers, raw in self.deliveries:
                    if method == "POST" and wanted(json.loads(raw)):
                        return headers, raw
                # A gateway that never sends it must be a failure and not a silence.
                assert self._news.wait(30), "no such notification"
