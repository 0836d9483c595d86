//! Every code that the gateway is said to send, sent over HTTP with its status and message. A code of the table without a
//! row here fails.

use std::num::NonZeroU32;

use repin_core::api::{
    CancelRequest, ChallengeType, CreateWalletReply, ExportRequest, OpenRequest, Prove2Request, Step,
};
use repin_core::credential::Proof;
use repin_core::error::{Code, Origin};
use repin_server::Config;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::client::{Client, open_request, wallet};
use crate::common::{BY, Gateway, send};
use crate::{PIN, USER, enrol};

/// Nobody and nothing has it.
const NO_ID: &str = "c0ffee00-0000-4000-8000-00000000dead";
/// Longer than a session and a challenge live.
const LONG: u64 = 3 * 60 * 60 * 1000;

/// About codes by e-mail: got where there is a mail server, in `tests/mail/`.
const BY_MAIL: [Code; 7] = [
    Code::UserOtpTokenExpired,
    Code::UserOtpNotFound,
    Code::UserOtpNotMatch,
    Code::UserEmailInvalid,
    Code::EmailSendingFailed,
    Code::UserOtpIsLocked,
    Code::UserOtpSendCountsOverLimit,
];

/// What came back: status and body.
type Answer = (u16, Value);

/// A gateway with an enrolled user.
struct World(Gateway);

impl World {
    async fn start(change: impl FnOnce(&mut Config)) -> Self {
        let gateway = Gateway::start_with(change).await;
        enrol(&gateway).await;
        Self(gateway)
    }

    async fn get(&self, path: &str) -> Answer {
        send(self.0.request("GET", path)).await
    }

    async fn post(&self, path: &str, body: Value) -> Answer {
        send(self.0.request("POST", path).json(&body)).await
    }

    async fn get_as_user(&self, path: &str) -> Answer {
        let (token, _) = self.0.token(USER).await;
        send(self.0.request("GET", path).header("X-User-Token", token)).await
    }

    /// Asks for a challenge of the user's.
    async fn ask(&self, user: &str, method: &str, path: &str) -> Answer {
        let (token, _) = self.0.token(user).await;
        let body = json!({"idempotencyKey": Uuid::new_v4().to_string()});
        send(self.0.request(method, path).header("X-User-Token", token).json(&body)).await
    }

    /// Asks for a challenge of somebody who has set nothing.
    async fn ask_new(&self, method: &str, path: &str) -> Answer {
        self.0.create_user("user-0002").await;
        self.ask("user-0002", method, path).await
    }

    /// A run of a new challenge.
    async fn run(&self, method: &str, path: &str) -> Client {
        Client::open(&self.0, method, path).await
    }

    /// An OPEN that is not an everyday one.
    async fn open(&self, request: OpenRequest) -> Answer {
        let client = Client::new(&self.0, "PUT", "/user/pin").await;
        client.send(Step::Open, 0, &client.seal(Step::Open, &request)).await
    }

    /// A guess whose proof is wrong.
    async fn wrong_proof(&self, method: &str, path: &str, secret: &str) -> Answer {
        let mut client = self.run(method, path).await;
        let (_, proof) = client.guess(secret).await.unwrap();
        let Proof { mut ke3, .. } = proof.unwrap();
        ke3[0] ^= 1;
        let sealed = client.seal(Step::Prove2, &Prove2Request { ke3 });
        client.send(Step::Prove2, client.seq, &sealed).await
    }

    /// Asks for a challenge after three wrong guesses in another of its kind.
    async fn locked(&self, method: &str, path: &str) -> Answer {
        let mut client = self.run(method, path).await;
        for _ in 0..3 {
            client.guess("wrong").await.unwrap();
        }
        self.ask(USER, method, path).await
    }
}

macro_rules! producers {
    ($($code:ident: |$world:ident| $answer:block)*) => {
        /// Makes the gateway send a code.
        async fn produce(code: Code) -> Option<Answer> {
            match code {
                $(Code::$code => {
                    let rate_limit = NonZeroU32::new(1).filter(|_| code == Code::TooManyRequests);
                    let $world = World::start(|config| config.rate_limit = rate_limit).await;
                    Some($answer)
                })*
                _ => None,
            }
        }
    };
}

producers! {
    Unknown: |world| {
        world.0.inner.store.close().await;
        world.get("/users/user-0001").await
    }
    ParameterInvalid: |world| { world.post("/users", json!({"userId": "abc"})).await }
    Forbidden: |world| {
        let url = format!("{}/v1/repin/challenges/{NO_ID}/messages", world.0.url);
        send(world.0.http.post(url).header("Origin", "https://evil.example")).await
    }
    MalformedAuthorization: |world| { send(world.0.with_key("no key").request("GET", "/users")).await }
    Conflict: |world| {
        let client = world.run("PUT", "/user/pin").await;
        let messages = [(); 2].map(|()| client.seal(Step::Cancel, &CancelRequest {}));
        client.send(Step::Cancel, client.seq, &messages[0]).await;
        client.send(Step::Cancel, client.seq, &messages[1]).await
    }
    PayloadTooLarge: |world| { send(world.0.request("POST", "/users").body(vec![b' '; 70_000])).await }
    TooManyRequests: |world| {
        world.get("/users").await;
        world.get("/users").await
    }
    UserAlreadyExisted: |world| { world.post("/users", json!({"userId": USER})).await }
    UserNotFound: |world| { world.get("/users/nobody").await }
    UserTokenNotFound: |world| { world.get("/user").await }
    UserTokenExpired: |world| {
        let (token, _) = world.0.token(USER).await;
        world.0.advance(LONG);
        send(world.0.request("GET", "/user").header("X-User-Token", token)).await
    }
    InvalidUserToken: |world| { send(world.0.request("GET", "/user").header("X-User-Token", "x")).await }
    UserWasInitialized: |world| { world.ask(USER, "POST", "/user/initialize").await }
    UserHasSetPin: |world| { world.ask(USER, "POST", "/user/pin").await }
    UserHasSetSecurityQuestion: |world| { world.ask(USER, "POST", "/user/securityQuestions").await }
    UserWasDisabled: |world| {
        let user = world.0.inner.store.user(&world.0.inner.app.id, USER).await.unwrap().unwrap();
        world.0.inner.store.set_disabled(&user, true, BY).await.unwrap();
        world.post("/users/token", json!({"userId": USER})).await
    }
    UserDoesNotSetPinYet: |world| { world.ask_new("PUT", "/user/pin").await }
    UserDoesNotSetSecurityQuestionYet: |world| { world.ask_new("POST", "/user/pin/restore").await }
    IncorrectUserPin: |world| { world.wrong_proof("PUT", "/user/pin", PIN).await }
    IncorrectAppId: |world| { world.open(OpenRequest { app_id: Some(NO_ID.into()), ..open_request() }).await }
    IncorrectSecurityAnswers: |world| { world.wrong_proof("POST", "/user/pin/restore", crate::ANSWERS).await }
    InvalidChallengeId: |world| { world.get_as_user(&format!("/user/challenges/{NO_ID}")).await }
    InvalidApproveContent: |world| {
        let client = world.run("PUT", "/user/pin").await;
        let sealed = client.seal(Step::Prove2, &Prove2Request { ke3: vec![0; 64] });
        client.send(Step::Prove2, client.seq, &sealed).await
    }
    InvalidEncryptionKey: |world| {
        let (token, _) = world.0.token(USER).await;
        let (_, anothers) = world.0.token(USER).await;
        let challenge = world.0.challenge("PUT", "/user/pin", &token).await;
        let client = Client::on(&world.0, &token, &anothers, &challenge);
        client.send(Step::Open, 0, &client.seal(Step::Open, &open_request())).await
    }
    UserPinLocked: |world| { world.locked("PUT", "/user/pin").await }
    SecurityAnswersLocked: |world| { world.locked("POST", "/user/pin/restore").await }
    ChallengeExpired: |world| {
        let (token, _) = world.0.token(USER).await;
        let challenge = world.0.challenge("PUT", "/user/pin", &token).await;
        world.0.advance(LONG);
        let (token, key) = world.0.token(USER).await;
        let client = Client::on(&world.0, &token, &key, &challenge);
        client.send(Step::Open, 0, &client.seal(Step::Open, &open_request())).await
    }
    ChallengeInvalid: |world| {
        let mut client = world.run("PUT", "/user/pin").await;
        client.prove(PIN).await.unwrap();
        client.replace(&["730562"]).await.unwrap();
        let (token, key) = world.0.token(USER).await;
        let client = Client::on(&world.0, &token, &key, &client.challenge);
        client.send(Step::Open, 0, &client.seal(Step::Open, &open_request())).await
    }
    WalletExists: |world| {
        let mut first = Client::proved(&world.0, ChallengeType::CreateWallet).await;
        let second = Client::proved(&world.0, ChallengeType::CreateWallet).await;
        first.say::<_, CreateWalletReply>(Step::CreateWallet, &wallet()).await.unwrap();
        second.send(Step::CreateWallet, second.seq, &second.seal(Step::CreateWallet, &wallet())).await
    }
    WalletNotFound: |world| {
        let mut first = Client::proved(&world.0, ChallengeType::CreateWallet).await;
        first.say::<_, CreateWalletReply>(Step::CreateWallet, &wallet()).await.unwrap();
        let client = Client::proved(&world.0, ChallengeType::ExportKeys).await;
        // Nothing of ours takes one away.
        world.0.execute("DELETE FROM wallet_addresses").await;
        world.0.execute("DELETE FROM wallets").await;
        client.send(Step::Export, client.seq, &client.seal(Step::Export, &ExportRequest {})).await
    }
    NotCovered: |world| { world.post("/user/wallets", json!({})).await }
    ApiKeyNotFound: |world| { send(world.0.with_key("TEST_API_KEY:no:key").request("GET", "/users")).await }
    IdNotUuid: |world| { world.get_as_user("/user/challenges/x").await }
    CursorNotFound: |world| { world.get(&format!("/users?pageAfter={NO_ID}")).await }
    PaginationInvalid: |world| { world.get("/users?pageAfter=x").await }
    IdempotencyKeyReused: |world| {
        let (token, _) = world.0.token(USER).await;
        let ask = |body: Value| send(world.0.request("PUT", "/user/pin").header("X-User-Token", &token).json(&body));
        ask(json!({"idempotencyKey": NO_ID})).await;
        ask(json!({"idempotencyKey": NO_ID, "other": 1})).await
    }
}

#[tokio::test]
async fn every_code_the_gateway_sends_was_sent_over_http() {
    for code in Code::ALL.iter().copied().filter(|code| code.origin() == Origin::Gateway && !BY_MAIL.contains(code)) {
        let answer = Box::pin(produce(code)).await;
        let (status, body) = answer.unwrap_or_else(|| panic!("nothing here produces {code}"));
        // Produced by a store that is away; an error of the gateway's own is 500.
        let expected = if code == Code::Unknown { 503 } else { code.http_status() };
        assert_eq!((status, body["code"].as_i64()), (expected, Some(code.number().into())), "{code}: {body}");
        assert_eq!(body["message"], code.message(), "{body}");
    }
}

#[tokio::test]
async fn nothing_is_produced_that_the_gateway_is_not_said_to_send() {
    for code in Code::ALL.iter().filter(|code| code.origin() != Origin::Gateway) {
        assert!(Box::pin(produce(*code)).await.is_none(), "{code}");
    }
}

#[test]
fn the_documented_table_is_the_codes_table() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/circle-api.md");
    let text = std::fs::read_to_string(path).unwrap();
    let documented: Vec<_> = text.lines().skip_while(|line| !line.starts_with("| Code |")).skip(2).collect();
    let row = |code: &Code| {
        let status = if code.http_status() == 0 { "–".to_owned() } else { code.http_status().to_string() };
        let sender = match code.origin() {
            Origin::Gateway => "gateway",
            Origin::Interface => "widget",
            Origin::Circle => "nobody",
        };
        format!("| {} | {status} | {sender} | {} |", code.number(), code.message())
    };
    assert_eq!(documented, Code::ALL.iter().map(row).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_refused_parameter_is_named_and_a_secret_is_never_repeated() {
    let world = World::start(|_| {}).await;
    let secret = "a PIN or an answer or a key";
    for body in [
        json!({"userId": secret.repeat(3)}),
        json!({"userId": [secret]}),
        json!({"userId": format!("{secret}\n")}),
        json!({"userId": null, "other": secret}),
    ] {
        let (status, answer) = world.post("/users", body).await;
        assert_eq!((status, &answer["errors"][0]["location"]), (400, &json!("userId")), "{answer}");
        assert!(!answer.to_string().contains(secret), "{answer}");
    }
    let error = world.post("/users", json!({"userId": "abc"})).await.1["errors"][0].take();
    assert_eq!(
        (&error["error"], &error["constraints"]),
        (&json!("length_outside_bounds"), &json!({"min": 5, "max": 50}))
    );
    assert_eq!(world.post("/users", json!({})).await.1["errors"][0]["error"], "required");
    let error = world.get("/users?pageSize=0").await.1["errors"][0].take();
    let expected = json!({
        "error": "min_value",
        "message": "pageSize must be at least 1",
        "location": "pageSize",
        "invalidValue": "0",
        "constraints": {"min": 1, "max": 50},
    });
    assert_eq!(error, expected);
}

#[tokio::test]
async fn the_rate_limit_says_when_to_come_back_and_never_stops_the_widget() {
    let gateway = Gateway::start_with(|config| config.rate_limit = NonZeroU32::new(1)).await;
    let ask = || gateway.request("GET", "/config/entity").send();
    assert_eq!(ask().await.unwrap().status(), 200);
    let refused = ask().await.unwrap();
    assert_eq!((refused.status().as_u16(), refused.headers()["retry-after"].to_str().unwrap()), (429, "1"));
    gateway.advance(1000);
    assert_eq!(ask().await.unwrap().status(), 200);

    gateway.create_user(USER).await;
    let client = Client::new(&gateway, "POST", "/user/pin").await;
    for _ in 0..20 {
        let sealed = client.seal(Step::Open, &open_request());
        assert_ne!(client.send(Step::Open, 0, &sealed).await.0, 429);
    }
}
