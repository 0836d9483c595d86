"""Users and tokens, through UsersApi and PINAuthenticationApi."""

import base64
import uuid
from datetime import timedelta

from host import PIN, advance, carry_out, claims, look, pins, refused, session, set_pin, social, ucw, user, users
from pydantic import ValidationError
from rows import row

ERRORS = ucw.exceptions


@row("create_user, get_user")
def _():
    user_id = str(uuid.uuid4())
    created = pins.create_user_with_http_info(ucw.CreateUserRequest(user_id=user_id))
    assert created.status_code == 201
    end_user = created.data.data
    assert (end_user.id, end_user.status, end_user.pin_status) == (user_id, "ENABLED", "UNSET")
    assert end_user.security_question_status == "UNSET"
    assert end_user.pin_details.failed_attempts == 0 and end_user.pin_details.locked_date is None
    assert look(user_id).to_dict() == end_user.to_dict()


@row("create_user of somebody who exists: 155101")
def _():
    user_id = user()
    refused(lambda: pins.create_user(ucw.CreateUserRequest(user_id=user_id)), 155101, 409, ERRORS.ApiException)


@row("get_user of nobody: 155102")
def _():
    refused(lambda: users.get_user(str(uuid.uuid4())), 155102, 404, ERRORS.NotFoundException)


@row("create_user with a userId of four characters: refused by the SDK itself")
def _():
    try:
        ucw.CreateUserRequest(user_id="four")
    except ValidationError:
        return
    raise AssertionError("accepted")


@row("list_users by pin_status and security_question_status")
def _():
    nothing, pin_only = user(), user()
    assert carry_out(pin_only, set_pin, newPin=PIN)[0]["screen"] == "Done"

    def listed(**wanted):
        return [user_id for user_id in everyone(**wanted) if user_id in (nothing, pin_only)]

    assert listed(pin_status="UNSET") == [nothing]
    assert listed(pin_status="ENABLED") == [pin_only]
    assert listed(pin_status="LOCKED") == []
    assert listed(pin_status="ENABLED", security_question_status="UNSET") == [pin_only]
    assert listed(security_question_status="ENABLED") == []


@row("list_users by page: page_size, page_after, page_before, order")
def _():
    for _count in range(3):
        user()
    everybody = everyone()

    def page(**wanted):
        return [end_user.id for end_user in users.list_users(**wanted).data.users]

    assert page(page_size=2) == everybody[:2]
    assert page(page_size=2, page_after=uuid.UUID(everybody[1])) == everybody[2:4]
    assert page(page_size=2, page_before=uuid.UUID(everybody[3])) == everybody[1:3]
    assert page(page_size=2, order="ASC") == everybody[::-1][:2]


@row("list_users by date: from, to")
def _():
    user_id = user()
    created = look(user_id).create_date
    a_moment = timedelta(milliseconds=1)
    assert user_id in everyone(var_from=created, to=created)
    assert user_id not in everyone(var_from=created + a_moment)
    assert user_id not in everyone(to=created - a_moment)


def everyone(**wanted):
    """All users that match, page by page, in the default order."""
    found = []
    while True:
        after = {"page_after": uuid.UUID(found[-1])} if found else {}
        page = users.list_users(**wanted, **after, page_size=50).data.users
        found += [end_user.id for end_user in page]
        if len(page) < 50:
            return found


@row("list_users with nobody's cursor: 156012")
def _():
    refused(lambda: users.list_users(page_after=uuid.uuid4()), 156012, 404, ERRORS.NotFoundException)


@row("get_user_token")
def _():
    user_id = user()
    tokens = session(user_id)
    assert len(base64.b64decode(tokens.encryption_key)) == 32
    said = claims(tokens.user_token)
    assert (said["sub"], said["exp"] - said["iat"]) == (user_id, 3600)


@row("get_user_token of nobody: 155102")
def _():
    refused(lambda: session(str(uuid.uuid4())), 155102, 404, ERRORS.NotFoundException)


@row("get_user_by_token: the user directly under data")
def _():
    user_id = user()
    assert users.get_user_by_token(session(user_id).user_token).data.id == user_id


@row("a token after its 60 minutes: 155104, and a new one works")
def _():
    user_id = user()
    token = session(user_id).user_token
    advance(61)
    refused(lambda: users.get_user_by_token(token), 155104, 403, ERRORS.ForbiddenException)
    assert users.get_user_by_token(session(user_id).user_token).data.id == user_id


@row("refresh_user_token, which Repin has not got: 155199, at once")
def _():
    token = session(user()).user_token
    request = ucw.RefreshUserTokenRequest(refresh_token="r", device_id="d")
    refused(lambda: social.refresh_user_token(token, request), 155199, 501, ERRORS.ServiceException)
