"""What circle-configurations asks: health, the app, keys; and webhooks, from subscription to verified notification."""

import base64
import json
import uuid

from circle.web3 import configurations
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from host import ANSWERS, Receiver, account, carry_out, enrolled, health, refused, restore_pin, ucw, users, utils
from host import webhooks
from rows import row

CONFIGURATIONS = "circle-configurations"

receiver = Receiver()
subscribed = {}


@row("ping", CONFIGURATIONS)
def _():
    assert health.ping().message == "pong"


@row("get_entity_config", CONFIGURATIONS)
def _():
    uuid.UUID(account.get_entity_config().data.app_id)


@row("get_public_key", CONFIGURATIONS)
def _():
    pem = account.get_public_key().data.public_key
    serialization.load_pem_public_key(pem.encode())


@row("an API key that cannot be read: 401; one that is not known: 156007")
def _():
    for api_key, code in (("no-key", 401), (f"TEST_API_KEY:{uuid.uuid4()}:nobody", 156007)):
        stranger = ucw.ApiClient(ucw.Configuration(access_token=api_key, host=users.api_client.configuration.host))
        ask = ucw.UsersApi(stranger).get_user
        refused(lambda: ask(str(uuid.uuid4())), code, 401, ucw.exceptions.UnauthorizedException)


@row("create_subscription: HEAD and a test notification", CONFIGURATIONS)
def _():
    request = configurations.CreateSubscriptionRequest(
        endpoint=receiver.url, notification_types=["challenges.restorePin"]
    )
    subscription = webhooks.create_subscription(request).data
    assert (subscription.endpoint, subscription.enabled) == (receiver.url, True)
    subscribed["id"] = subscription.id
    _headers, raw = receiver.notification(lambda body: body["notificationType"] == "webhooks.test")
    assert json.loads(raw)["notification"] == {"hello": "world"}
    assert receiver.deliveries[0][0] == "HEAD"


@row("get_subscriptions, get_subscription, update_subscription", CONFIGURATIONS)
def _():
    subscription_id = subscribed["id"]
    assert [found.id for found in webhooks.get_subscriptions().data] == [subscription_id]
    assert webhooks.get_subscription(subscription_id).data.endpoint == receiver.url
    change = configurations.UpdateSubscriptionRequest(name="Recoveries", enabled=True)
    assert webhooks.update_subscription(subscription_id, change).data.name == "Recoveries"


@row("RESTORE_PIN to webhook: challenges.restorePin, verified with get_notification_signature", CONFIGURATIONS)
def _():
    subscription_id = subscribed["id"]
    user_id = enrolled()
    _end, challenge = carry_out(user_id, restore_pin, answers=[ANSWERS], newPin="730562")
    headers, raw = receiver.notification(lambda body: body["notification"].get("id") == challenge.id)
    body = json.loads(raw)
    assert body["subscriptionId"] == subscription_id
    assert body["notificationType"] == "challenges.restorePin"
    told = body["notification"]
    assert (told["userId"], told["type"], told["status"]) == (user_id, "RESTORE_PIN", "COMPLETE")
    key = webhooks.get_notification_signature(headers["X-Circle-Key-Id"]).data
    assert key.algorithm == "ECDSA_SHA_256"
    public_key = serialization.load_der_public_key(base64.b64decode(key.public_key))
    signature = base64.b64decode(headers["X-Circle-Signature"])
    # Over the raw body, as Circle says today, and over the parsed body written compactly, as Circle said before.
    public_key.verify(signature, raw, ec.ECDSA(hashes.SHA256()))
    compact = json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()
    public_key.verify(signature, compact, ec.ECDSA(hashes.SHA256()))
    try:
        public_key.verify(signature, raw.replace(b"COMPLETE", b"FAILED"), ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return
    raise AssertionError("a forged body verifies")


@row("delete_subscription", CONFIGURATIONS)
def _():
    webhooks.delete_subscription(subscribed["id"])
    assert webhooks.get_subscriptions().data == []


@row("init_configurations_client: the first call decides the host for the whole process", CONFIGURATIONS)
def _():
    # docs/migrating-from-circle.md warns of it: making the user-controlled client is such a call.
    assert utils.init_configurations_client(host="http://elsewhere.invalid") is webhooks.api_client
