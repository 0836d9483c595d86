"""Challenges through the SDK, whose models refuse any status and type that Circle has not published."""

import uuid

from host import ANSWERS, PIN, admin, advance, carry_out, change_pin, enrolled, initialize, look, pins, refused
from host import restore_pin, session, set_pin, ucw, user, users
from rows import row

NEW_PIN = "730562"
WRONG = ["111222", "222333", "333444"]
WRONG_ANSWERS = [["one", "19990101"], ["two", "19990202"], ["three", "19990303"]]

ERRORS = ucw.exceptions


@row("create_user_pin_challenge: a key of the SDK's own, then one of ours twice: 201, 200 and the same challenge")
def _():
    token = session(user()).user_token
    assert pins.create_user_pin_challenge_with_http_info(token, ucw.SetPinRequest()).status_code == 201
    key = str(uuid.uuid4())
    first, second = (
        pins.create_user_pin_challenge_with_http_info(token, ucw.SetPinRequest(idempotency_key=key)) for _ in range(2)
    )
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.data.data.challenge_id == second.data.data.challenge_id


@row("one idempotency key for two different requests: 156020")
def _():
    token = session(user()).user_token
    key = str(uuid.uuid4())

    def ask(chain):
        request = ucw.SetPinAndInitWalletRequest(idempotency_key=key, blockchains=[chain])
        return users.create_user_with_pin_challenge(token, request)

    assert ask("ETH-SEPOLIA").data.challenge_id
    refused(lambda: ask("SOL-DEVNET"), 156020, 403, ERRORS.ForbiddenException)


@row("create_user_pin_restore_challenge with x_request_id")
def _():
    token = session(enrolled()).user_token
    request_id = uuid.uuid4()
    reply = pins.create_user_pin_restore_challenge_with_http_info(token, ucw.SetPinRequest(), x_request_id=request_id)
    assert (reply.status_code, reply.headers["X-Request-Id"]) == (201, str(request_id))


@row("before anything is set: update_user_pin_challenge 155110, create_user_pin_restore_challenge 155111")
def _():
    token = session(user()).user_token
    refused(lambda: change_pin(token), 155110, 400, ERRORS.BadRequestException)
    refused(lambda: restore_pin(token), 155111, 400, ERRORS.BadRequestException)


@row("after enrolment: create_user_with_pin_challenge 155106, create_user_pin_challenge 155107")
def _():
    token = session(enrolled()).user_token
    refused(lambda: initialize(token), 155106, 409, ERRORS.ApiException)
    refused(lambda: set_pin(token), 155107, 409, ERRORS.ApiException)


@row("get_user_challenge of nobody's: 155116")
def _():
    token = session(user()).user_token
    refused(lambda: users.get_user_challenge(token, str(uuid.uuid4())), 155116, 404, ERRORS.NotFoundException)


@row("list_user_challenges, all and by status; EXPIRED after two hours")
def _():
    user_id = enrolled()
    token = session(user_id).user_token
    restore_pin(token)

    def listed(status=None):
        found = users.list_user_challenges(token, status=status).data.challenges
        return sorted(f"{challenge.type} {challenge.status}" for challenge in found)

    assert listed() == ["INITIALIZE COMPLETE", "RESTORE_PIN PENDING"]
    assert listed("COMPLETE") == ["INITIALIZE COMPLETE"]
    assert listed("IN_PROGRESS") == listed("FAILED") == listed("EXPIRED") == []
    advance(120)
    token = session(user_id).user_token
    assert listed("EXPIRED") == ["RESTORE_PIN EXPIRED"]


@row("INITIALIZE: PIN and questions set")
def _():
    user_id = user()
    end, challenge = carry_out(user_id, initialize, newPin=PIN, newAnswers=ANSWERS)
    assert (end["screen"], challenge.type, challenge.status) == ("Done", "INITIALIZE", "COMPLETE")
    assert challenge.error_code is None
    end_user = look(user_id)
    assert (end_user.pin_status, end_user.security_question_status) == ("ENABLED", "ENABLED")


@row("SET_PIN: a PIN alone")
def _():
    end, challenge = carry_out(user(), set_pin, newPin=PIN)
    assert (end["screen"], challenge.type, challenge.status) == ("Done", "SET_PIN", "COMPLETE")


@row("CHANGE_PIN: the current PIN, then a new one")
def _():
    end, challenge = carry_out(enrolled(), change_pin, pins=[PIN], newPin=NEW_PIN)
    assert (end["screen"], challenge.type, challenge.status) == ("Done", "CHANGE_PIN", "COMPLETE")


@row("RESTORE_PIN: the answers, then a new PIN")
def _():
    end, challenge = carry_out(enrolled(), restore_pin, answers=[ANSWERS], newPin=NEW_PIN)
    assert (end["screen"], challenge.type, challenge.status) == ("Done", "RESTORE_PIN", "COMPLETE")
    assert len(challenge.correlation_ids) == 1


@row("three wrong PINs: LOCKED with its dates, 155119, recovery open, and half an hour later ENABLED")
def _():
    user_id = enrolled()
    end, challenge = carry_out(user_id, change_pin, pins=WRONG)
    assert (end["screen"], challenge.status) == ("Locked", "PENDING")
    locked = look(user_id)
    assert (locked.pin_status, locked.security_question_status) == ("LOCKED", "ENABLED")
    assert locked.pin_details.failed_attempts == 3
    assert (locked.pin_details.locked_expiry_date - locked.pin_details.locked_date).total_seconds() == 1800
    token = session(user_id).user_token
    refused(lambda: change_pin(token), 155119, 400, ERRORS.BadRequestException)
    assert restore_pin(token).data.challenge_id
    advance(30)
    assert look(user_id).pin_status == "ENABLED"


@row("three wrong answers: LOCKED, 155120")
def _():
    user_id = enrolled()
    end, _challenge = carry_out(user_id, restore_pin, answers=WRONG_ANSWERS)
    assert end["screen"] == "Locked"
    assert look(user_id).security_question_status == "LOCKED"
    token = session(user_id).user_token
    refused(lambda: restore_pin(token), 155120, 400, ERRORS.BadRequestException)


@row("a user whom the operator disabled: 155109, and DISABLED")
def _():
    user_id = user()
    admin("user", "disable", user_id)
    refused(lambda: session(user_id), 155109, 409, ERRORS.ApiException)
    assert look(user_id).status == "DISABLED"
