//! Circle's calls for what Repin does not do. Each is answered at once, in words, so that code that relies on one shows it
//! on the first try.

use std::sync::Arc;

use axum::Router;
use axum::routing::any;

use crate::auth::Caller;
use crate::error::ApiError;
use crate::gateway::Gateway;

const WALLETS: &str = "wallets";
const TRANSACTIONS: &str = "transactions";
const SIGNING: &str = "signing";
const LOGIN: &str = "e-mail and social login";
const REFRESH: &str =
    "refresh tokens, which belong to e-mail and social login; for a PIN user, ask POST /users/token again";
const TOKENS: &str = "token look-up and monitoring";

/// Path and subject: every path of Circle's Node SDK 9.6.0 that is not served otherwise.
pub const ROUTES: [(&str, &str); 27] = [
    ("/v1/faucet/drips", "the test faucet"),
    ("/v1/w3s/config/entity/monitoredTokens", TOKENS),
    ("/v1/w3s/config/entity/monitoredTokens/delete", TOKENS),
    ("/v1/w3s/config/entity/monitoredTokens/scope", TOKENS),
    ("/v1/w3s/tokens/{id}", TOKENS),
    ("/v1/w3s/transactions", TRANSACTIONS),
    ("/v1/w3s/transactions/contractExecution/estimateFee", TRANSACTIONS),
    ("/v1/w3s/transactions/lowestNonceTransaction", TRANSACTIONS),
    ("/v1/w3s/transactions/transfer/estimateFee", TRANSACTIONS),
    ("/v1/w3s/transactions/validateAddress", TRANSACTIONS),
    ("/v1/w3s/transactions/{id}", TRANSACTIONS),
    ("/v1/w3s/user/sign/message", SIGNING),
    ("/v1/w3s/user/sign/transaction", SIGNING),
    ("/v1/w3s/user/sign/typedData", SIGNING),
    ("/v1/w3s/user/transactions/contractExecution", TRANSACTIONS),
    ("/v1/w3s/user/transactions/transfer", TRANSACTIONS),
    ("/v1/w3s/user/transactions/walletUpgrade", TRANSACTIONS),
    ("/v1/w3s/user/transactions/{id}/accelerate", TRANSACTIONS),
    ("/v1/w3s/user/transactions/{id}/cancel", TRANSACTIONS),
    ("/v1/w3s/user/wallets", WALLETS),
    ("/v1/w3s/users/email/resendOTP", LOGIN),
    ("/v1/w3s/users/email/token", LOGIN),
    ("/v1/w3s/users/social/token", LOGIN),
    ("/v1/w3s/users/token/refresh", REFRESH),
    ("/v1/w3s/wallets", WALLETS),
    ("/v1/w3s/wallets/{id}", WALLETS),
    ("/v1/w3s/wallets/{id}/{part}", WALLETS),
];

/// Their routes, with whatever method: 155199 for a known API key.
pub fn router() -> Router<Arc<Gateway>> {
    ROUTES.iter().fold(Router::new(), |router, (path, subject)| {
        let refuse = move |_: Caller| async move { ApiError::NotCovered(subject) };
        router.route(path, any(refuse))
    })
}
