//! Circle's numeric error codes as one enum: the only error vocabulary that crosses an edge.
//!
//! Numbers, HTTP statuses and messages are Circle's published ones (Wallets error codes); the 1557xx are shown by the
//! user interface and never sent by the gateway. Texts for people are in `locales/`, keyed by these numbers.

/// Where a code comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The gateway, over HTTP.
    Gateway,
    /// The user interface, to its host.
    Interface,
    /// Circle's, for what Repin does not do. Known by name and never produced here.
    Circle,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $number:literal, $status:literal, $origin:ident, $message:literal;)*) => {
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

            /// The HTTP status it travels with; 0 for the codes that only a user interface produces.
            pub const fn http_status(self) -> u16 {
                match self { $(Self::$name => $status,)* }
            }

            /// Who produces it.
            pub const fn origin(self) -> Origin {
                match self { $(Self::$name => Origin::$origin,)* }
            }

            /// Circle's English message, for logs and developers. The widget does without: texts for people are in
            /// `locales/`.
            pub const fn message(self) -> &'static str {
                match self { $(Self::$name => $message,)* }
            }
        }
    };
}

codes! {
    /// Circle sends it with 400; the gateway sends it with 500, for an error that is its own.
    Unknown = -1, 400, Gateway, "Something went wrong";
    ParameterInvalid = 2, 400, Gateway, "API parameter invalid";
    Forbidden = 3, 403, Gateway, "Forbidden";
    /// A bearer key that is missing or cannot be parsed.
    MalformedAuthorization = 401, 401, Gateway, "Malformed authorization. Are the credentials properly encoded?";
    /// Ours: the same `run` and `seq` came with other bytes, or a request took part in a race that it lost.
    Conflict = 409, 409, Gateway, "Conflict with another request";
    /// Ours: the body is larger than any message can be.
    PayloadTooLarge = 413, 413, Gateway, "Payload too large";
    /// Ours: more requests than the operator's limit.
    TooManyRequests = 429, 429, Gateway, "Too many requests";
    UserAlreadyExisted = 155101, 409, Gateway, "Existing user already created with the provided userId.";
    UserNotFound = 155102, 404, Gateway, "Cannot find the user id in the system.";
    UserTokenNotFound = 155103, 401, Gateway, "Cannot find the user token in the system.";
    UserTokenExpired = 155104, 403, Gateway, "The userToken had expired.";
    InvalidUserToken = 155105, 403, Gateway, "The userToken is invalid.";
    UserWasInitialized = 155106, 409, Gateway, "The user had already been initialized.";
    UserHasSetPin = 155107, 409, Gateway, "User has previously set a PIN. Use PUT /user/pin to reset the PIN.";
    UserHasSetSecurityQuestion = 155108, 409, Gateway, "User has previously set up their security questions, and they can't be reset.";
    UserWasDisabled = 155109, 409, Gateway, "The specified user has been disabled.";
    UserDoesNotSetPinYet = 155110, 400, Gateway, "User has not set up a PIN yet.";
    UserDoesNotSetSecurityQuestionYet = 155111, 400, Gateway, "User hasn't set the security questions for PIN backup yet.";
    IncorrectUserPin = 155112, 400, Gateway, "The user has inputted the incorrect pin.";
    IncorrectDeviceId = 155113, 400, Circle, "Provided device ID is not found in the system.";
    IncorrectAppId = 155114, 400, Gateway, "Provided app ID is not recognized in the system.";
    IncorrectSecurityAnswers = 155115, 400, Gateway, "The user has inputted the incorrect security answers";
    InvalidChallengeId = 155116, 404, Gateway, "The challenge ID doesn't exist in the system.";
    InvalidApproveContent = 155117, 400, Gateway, "The content provided for approval is not correct.";
    InvalidEncryptionKey = 155118, 400, Gateway, "Encryption key does not match with the user's token. Call POST /users/token to get the correct token encryption key pair.";
    UserPinLocked = 155119, 400, Gateway, "The user's PIN input is locked. It will be unlocked after the cooldown period.";
    SecurityAnswersLocked = 155120, 400, Gateway, "The user's security questions input is locked. It will be unlocked after the cooldown period.";
    ChallengeExpired = 155121, 403, Gateway, "The provided challengeId has expired.";
    ChallengeInvalid = 155122, 403, Gateway, "The provided challengeId is invalid";
    ExtraInformationMissing = 155123, 403, Circle, "No extra information provided when adding PIN-related requests.";
    ExtraInformationInvalid = 155124, 403, Circle, "The extra information provided for PIN-related requests is invalid.";
    // E-mail and social login. Circle publishes the names (web SDK, `ErrorCode`), not the statuses; the messages are ours. Those of
    // the gateway are about the codes that it sends for a forgotten PIN.
    UserOtpTokenExpired = 155130, 400, Gateway, "The OTP token had expired.";
    UserOtpTokenInvalid = 155131, 400, Circle, "The OTP token is invalid.";
    UserOtpNotFound = 155132, 400, Gateway, "The OTP is not found.";
    UserOtpInvalid = 155133, 400, Circle, "The OTP is invalid.";
    UserOtpNotMatch = 155134, 400, Gateway, "The OTP does not match.";
    UserEmailInvalid = 155135, 400, Gateway, "The email is invalid.";
    UserEmailMismatch = 155136, 400, Circle, "The email does not match.";
    DeviceIdInvalid = 155137, 400, Circle, "The device ID is invalid.";
    EmailSendingFailed = 155138, 400, Gateway, "The email could not be sent.";
    SocialLoginTokenExpired = 155139, 400, Circle, "The social login token had expired.";
    SocialLoginProviderAppIdNotMatch = 155140, 400, Circle, "The app ID of the social login provider does not match.";
    UserOtpIsLocked = 155141, 400, Gateway, "The OTP is locked.";
    UserOtpSendCountsOverLimit = 155142, 400, Gateway, "Too many OTPs were sent.";
    DeviceTokenExpired = 155143, 400, Circle, "The device token had expired.";
    DeviceTokenInvalid = 155144, 400, Circle, "The device token is invalid.";
    DeviceTokenNotFound = 155145, 400, Circle, "The device token is not found.";
    UserOtpAttemptsExceeded = 155146, 400, Circle, "The OTP is invalid after three attempts.";
    /// Ours: a wallet is made once for each person.
    WalletExists = 155181, 409, Gateway, "The user has a wallet.";
    /// Ours: nothing to export.
    WalletNotFound = 155182, 404, Gateway, "The user has no wallet.";
    /// Ours: a call of Circle's API for something Repin does not do.
    NotCovered = 155199, 501, Gateway, "Repin does not cover this call.";
    UserCanceled = 155701, 0, Interface, "User canceled";
    LaunchUiFailed = 155702, 0, Interface, "The user interface could not start";
    PinCodeNotMatched = 155703, 0, Interface, "The code you entered is not the same as the first one.";
    InsecurePinCode = 155704, 0, Interface, "Your PIN can’t have repeating or consecutive numbers.";
    HintsMatchAnswers = 155705, 0, Interface, "Your hint can’t be the same as the answer.";
    NetworkError = 155706, 0, Interface, "Network error";
    EncryptionFailed = 155707, 0, Interface, "Failed to encrypt data";
    // 155708 to 155716 are biometrics on phones and have no public names. The messages of the next five are paraphrased.
    UserSecretMissing = 155717, 0, Circle, "User secret is missing";
    InvalidUserTokenFormat = 155718, 0, Circle, "Invalid user token format";
    UserTokenMismatch = 155719, 0, Circle, "User token and login method mismatch";
    SocialLoginFailed = 155720, 0, Circle, "Social login failed";
    LoginInformationMissing = 155721, 0, Circle, "Login information is missing";
    ApiKeyNotFound = 156007, 401, Gateway, "TEST_API key or LIVE_API key is not found for the request.";
    IdNotUuid = 156009, 400, Gateway, "Fail to parse id as UUID in url.";
    CursorNotFound = 156012, 404, Gateway, "Cannot find corresponding pagination cursor in the system.";
    PaginationInvalid = 156014, 400, Gateway, "Pagination params are invalid. Only UUID format is supported for pageBefore and pageAfter.";
    IdempotencyKeyReused = 156020, 403, Gateway, "Please use a new idempotency key.";
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
        assert!(Code::ALL.is_sorted_by_key(|code| code.number()), "in numeric order");
    }

    #[test]
    fn what_travels_over_http_has_a_status_and_what_does_not_has_none() {
        for code in Code::ALL {
            let is_shown_only = (155701..=155721).contains(&code.number());
            assert_eq!(code.http_status() == 0, is_shown_only, "{code}");
            assert!(code.origin() != Origin::Gateway || !is_shown_only, "{code}");
        }
    }

    #[test]
    fn messages_quote_circle_to_the_letter() {
        assert_eq!(Code::UserTokenExpired.message(), "The userToken had expired.");
        assert_eq!(Code::UserPinLocked.http_status(), 400);
    }
}
