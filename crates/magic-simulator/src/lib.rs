//! A stand-in for Magic's core API, version 1, which Magic has retired: the documented calls, header and errors, a recovery key
//! that is dead once it was used, and real secp256k1 signatures, so that a signature proves which keys a wallet has.
//!
//! What the documents leave open is decided here, and told where it is: the times of an unfinished call, whether an old key could
//! still work (it does not). A tool for development and tests; it keeps everything in memory and protects nothing.

use std::collections::{HashMap, VecDeque};
use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

mod calls;
mod fault;
mod wallet;

pub use fault::{Call, Fault};
pub use wallet::{Known, recovers};

use wallet::Wallet;

/// The secret key that a simulator of [`Simulator::start`] takes.
pub const SECRET_KEY: &str = "sk_live_SIMULATED00000000";

/// A running simulator. Clones are the same one.
#[derive(Clone)]
pub struct Simulator {
    url: String,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    secret_key: String,
    groups: Vec<String>,
    wallets: HashMap<String, Wallet>,
    faults: HashMap<(String, Call), VecDeque<Fault>>,
    calls: HashMap<(String, Call), u32>,
}

impl Simulator {
    /// Listens on a free port of this machine until the runtime ends.
    ///
    /// # Errors
    /// [`std::io::Error`] when there is none.
    pub async fn start() -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let (simulator, serving) = Self::on(listener, SECRET_KEY)?;
        tokio::spawn(serving);
        Ok(simulator)
    }

    /// On a listener that is there, and what serves it.
    ///
    /// # Errors
    /// [`std::io::Error`] of the listener.
    pub fn on(listener: TcpListener, secret_key: &str) -> std::io::Result<(Self, impl Future<Output = Infallible>)> {
        let address: SocketAddr = listener.local_addr()?;
        let state = State { secret_key: secret_key.to_owned(), ..State::default() };
        let simulator = Self { url: format!("http://{address}"), state: Arc::new(Mutex::new(state)) };
        Ok((simulator.clone(), simulator.serve(listener)))
    }

    async fn serve(self, listener: TcpListener) -> Infallible {
        loop {
            let Ok((stream, _)) = listener.accept().await else { continue };
            let simulator = self.clone();
            tokio::spawn(async move {
                let answer = service_fn(|request| calls::answer(&simulator, request));
                // An error of ours is a connection that ends without an answer, which is what is asked for then.
                let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), answer).await;
            });
        }
    }

    /// `http://127.0.0.1:<port>`, in the place of `https://tee.magiclabs.com`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Makes a wallet group, as `POST /v1/api/wallet_group` does.
    pub fn create_group(&self) -> String {
        let id = uuid::Uuid::new_v4().to_string();
        self.lock().groups.push(id.clone());
        id
    }

    /// Makes a wallet, as `POST /v1/api/wallet` does.
    pub fn create_wallet(&self, group: &str, context: &str) -> Known {
        let wallet = Wallet::new(group, "ETH", context);
        let known = wallet.known();
        self.lock().wallets.insert(known.id.clone(), wallet);
        known
    }

    /// What Magic knows of a wallet, and a caller should.
    pub fn wallet(&self, id: &str) -> Option<Known> {
        self.lock().wallets.get(id).map(Wallet::known)
    }

    /// Says what is to go wrong with the next calls about a wallet, in order; after them all is well.
    pub fn plan(&self, wallet: &str, call: Call, faults: impl IntoIterator<Item = Fault>) {
        self.lock().faults.entry((wallet.to_owned(), call)).or_default().extend(faults);
    }

    /// How often a call about a wallet came in.
    pub fn calls(&self, wallet: &str, call: Call) -> u32 {
        self.lock().calls.get(&(wallet.to_owned(), call)).copied().unwrap_or_default()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
