//! Circle's numeric error codes as one enum: the only error vocabulary that crosses an edge.
//!
//! Numbers, HTTP statuses and messages are Circle's published ones (Wallets error codes); the 1557xx are shown by the
//! user interface and never sent by the gateway. Texts for people are in `locales/`, keyed by these numbers.

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $number:literal, $status:literal, $message:literal;)*) => {
        /// An error as the edges name it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
        #[error("{} ({})", self.message(), self.number())]
        #[allow(missing_docs)] // the name and the message say it
        pub enum Code { $($(#[$doc])* $name,)* }

        impl Code {
            /// Every code, in numeric order.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// Circle's number.
            pub const fn number(self) -> i32 {
                match self { $(Self::$name => $number,)* }
            }

            /// The HTTP status it travels with; 0 for the codes only a user interface produces.
            pub const fn http_status(self) -> u16 {
                match self { $(Self::$name => $status,)* }
            }

            /// Circle's English message, for logs and developers.
            pub const fn message(self) -> &'static str {
                match self { $(Self::$name => $message,)* }
            }
        }
    };
}

codes! {
    Unknown = -1, 400, "Something went wrong";
    ParameterInvalid = 2, 400, "API parameter invalid";
    Forbidden = 3, 403, "Forbidden";
    /// A bearer key that is missing or cannot be parsed.
    MalformedAuthorization = 401, 401, "Malformed authorization. Are the credentials properly encoded?";
    /// Ours: the same `run` and `seq` came with other bytes, or a request took part in a race that it lost.
    Conflict = 409, 409, "Conflict with another request";
    /// Ours: the body is larger than any message can be.
    PayloadTooLarge = 413, 413, "Payload too large";
    UserAlreadyExisted = 155101, 409, "Existing user already created with the provided userId.";
    UserNotFound = 155102, 404, "Cannot find the user id in the system.";
    UserTokenNotFound = 155103, 401, "Cannot find the user token in the system.";
    UserTokenExpired = 155104, 403, "The userToken had expired.";
    InvalidUserToken = 155105, 403, "The userToken is invalid.";
    UserWasInitialized = 155106, 409, "The user had already been initialized.";
    UserHasSetPin = 155107, 409, "User has previously set a PIN. Use PUT /user/pin to reset the PIN.";
    UserHasSetSecurityQuestion = 155108, 409, "User has previously set up their security questions, and they can't be reset.";
    UserWasDisabled = 155109, 409, "The specified user has been disabled.";
    UserDoesNotSetPinYet = 155110, 400, "User has not set up a PIN yet.";
    UserDoesNotSetSecurityQuestionYet = 155111, 400, "User hasn't set the security questions for PIN backup yet.";
    IncorrectUserPin = 155112, 400, "The user has inputted the incorrect pin.";
    IncorrectDeviceId = 155113, 400, "Provided device ID is not found in the system.";
    IncorrectAppId = 155114, 400, "Provided app ID is not recognized in the system.";
    IncorrectSecurityAnswers = 155115, 400, "The user has inputted the incorrect security answers";
    InvalidChallengeId = 155116, 404, "The challenge ID doesn't exist in the system.";
    InvalidApproveContent = 155117, 400, "The content provided for approval is not correct.";
    InvalidEncryptionKey = 155118, 400, "Encryption key does not match with the user's token. Call POST /users/token to get the correct token encryption key pair.";
    UserPinLocked = 155119, 400, "The user's PIN input is locked. It will be unlocked after the cooldown period.";
    SecurityAnswersLocked = 155120, 400, "The user's security questions input is locked. It will be unlocked after the cooldown period.";
    ChallengeExpired = 155121, 403, "The provided challengeId has expired.";
    ChallengeInvalid = 155122, 403, "The provided challengeId is invalid";
    UserCanceled = 155701, 0, "User canceled";
    LaunchUiFailed = 155702, 0, "The user interface could not start";
    PinCodeNotMatched = 155703, 0, "The code you entered is not the same as the first one.";
    InsecurePinCode = 155704, 0, "Your PIN can’t have repeating or consecutive numbers.";
    HintsMatchAnswers = 155705, 0, "Your hint can’t be the same as the answer.";
    NetworkError = 155706, 0, "Network error";
    EncryptionFailed = 155707, 0, "Failed to encrypt data";
    ApiKeyNotFound = 156007, 401, "TEST_API key or LIVE_API key is not found for the request.";
    IdNotUuid = 156009, 400, "Fail to parse id as UUID in url.";
    CursorNotFound = 156012, 404, "Cannot find corresponding pagination cursor in the system.";
    PaginationInvalid = 156014, 400, "Pagination params are invalid. Only UUID format is supported for pageBefore and pageAfter.";
    IdempotencyKeyReused = 156020, 403, "Please use a new idempotency key.";
}

impl Code {
    /// The code with this number, if there is one.
    pub fn from_number(number: i32) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.number() == number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_names_one_code() {
        for code in Code::ALL {
            assert_eq!(Code::from_number(code.number()), Some(*code));
        }
    }

    #[test]
    fn messages_quote_circle_to_the_letter() {
        assert_eq!(Code::UserTokenExpired.message(), "The userToken had expired.");
        assert_eq!(Code::UserPinLocked.http_status(), 400);
    }
}
