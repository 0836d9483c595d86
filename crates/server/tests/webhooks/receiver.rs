//! A receiver of webhooks: HTTPS by a certificate of its own authority, with an answer the test decides.

use std::future::pending;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use repin_server::WebhookConfig;
use repin_server::webhooks::Lookup;
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use serde_json::Value;
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::patiently;

/// A request as it came.
#[derive(Clone)]
pub struct Received {
    pub method: Method,
    pub target: String,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Received {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// What identifies the notification.
    pub fn notification(&self) -> String {
        self.json()["notificationId"].as_str().unwrap().to_owned()
    }
}

/// What the receiver does with a request.
pub enum Answer {
    Status(u16),
    Redirect(String),
    /// Never answers.
    Hang,
    /// Answers 200 with a body that never ends.
    Endless,
}

type Decide = Box<dyn FnMut(&Received) -> Answer + Send>;

struct Inbox {
    requests: watch::Sender<Vec<Received>>,
    decide: Mutex<Decide>,
}

/// A receiver that runs until the test ends.
pub struct Receiver {
    pub address: SocketAddr,
    inbox: Arc<Inbox>,
    folder: TempDir,
}

impl Receiver {
    /// One that says 200 to everything.
    pub async fn start() -> Self {
        Self::start_at(Ipv4Addr::LOCALHOST.into()).await
    }

    /// The same at another address of this machine.
    pub async fn start_at(address: IpAddr) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut authority = CertificateParams::new(Vec::new()).unwrap();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
        std::fs::write(folder.path().join("ca.pem"), authority.pem()).unwrap();
        let key = KeyPair::generate().unwrap();
        let names = ["hook.test".to_owned(), "127.0.0.1".to_owned(), "127.0.0.2".to_owned()];
        let certificate = CertificateParams::new(names).unwrap().signed_by(&key, &authority).unwrap();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let tls = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        let listener = TcpListener::bind((address, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let inbox = Arc::new(Inbox {
            requests: watch::Sender::default(),
            decide: Mutex::new(Box::new(|_| Answer::Status(200))),
        });
        let app = Router::new().fallback(take).with_state(inbox.clone());
        let listener = TlsListener { listener, acceptor: TlsAcceptor::from(Arc::new(tls)) };
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { address, inbox, folder }
    }

    /// Decides what later requests get.
    pub fn answer(&self, decide: impl FnMut(&Received) -> Answer + Send + 'static) {
        *self.inbox.decide.lock().unwrap() = Box::new(decide);
    }

    /// What POST gets; HEAD gets 200.
    pub fn answer_posts(&self, mut decide: impl FnMut(&Received) -> Answer + Send + 'static) {
        self.answer(move |request| if request.method == Method::HEAD { Answer::Status(200) } else { decide(request) });
    }

    /// The endpoint by name.
    pub fn url(&self) -> String {
        format!("https://hook.test:{}/hook", self.address.port())
    }

    /// The endpoint by address.
    pub fn url_by_address(&self) -> String {
        format!("https://{}/hook", self.address)
    }

    /// The file with this receiver's authority.
    pub fn ca(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// Settings of a gateway that may reach it.
    pub fn config(&self) -> WebhookConfig {
        WebhookConfig {
            allow_networks: vec![format!("{}/32", self.address.ip()).parse().unwrap()],
            ca: Some(self.ca()),
            lookup: Arc::new(Always(vec![self.address.ip()])),
            ..WebhookConfig::default()
        }
    }

    /// All POSTs so far.
    pub fn posts(&self) -> Vec<Received> {
        self.inbox.requests.borrow().iter().filter(|request| request.method == Method::POST).cloned().collect()
    }

    /// How many requests of any kind.
    pub fn count(&self) -> usize {
        self.inbox.requests.borrow().len()
    }

    /// Waits for this many POSTs.
    pub async fn wait_for(&self, count: usize) -> Vec<Received> {
        self.wait_until(|posts| posts.len() >= count).await
    }

    /// Waits for POSTs.
    pub async fn wait_until(&self, mut enough: impl FnMut(&[Received]) -> bool) -> Vec<Received> {
        let mut requests = self.inbox.requests.subscribe();
        let posts = |requests: &Vec<Received>| -> Vec<Received> {
            requests.iter().filter(|request| request.method == Method::POST).cloned().collect()
        };
        let requests = patiently(requests.wait_for(|requests| enough(&posts(requests)))).await.unwrap();
        posts(&requests)
    }
}

async fn take(State(inbox): State<Arc<Inbox>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, 1 << 20).await.unwrap().to_vec();
    let target = parts.uri.to_string();
    let received = Received { method: parts.method, target, headers: parts.headers, body };
    let answer = (inbox.decide.lock().unwrap())(&received);
    inbox.requests.send_modify(|requests| requests.push(received));
    let status = |status: u16| Response::builder().status(status);
    match answer {
        Answer::Status(code) => status(code).body(Body::empty()).unwrap(),
        Answer::Redirect(to) => status(307).header("Location", to).body(Body::empty()).unwrap(),
        Answer::Hang => pending().await,
        Answer::Endless => {
            let chunks = futures_util::stream::repeat_with(|| Ok::<_, io::Error>(vec![b'x'; 1 << 16]));
            status(200).body(Body::from_stream(chunks)).unwrap()
        }
    }
}

/// Every name has these addresses.
pub struct Always(pub Vec<IpAddr>);

#[async_trait]
impl Lookup for Always {
    async fn lookup(&self, _: &str) -> io::Result<Vec<IpAddr>> {
        Ok(self.0.clone())
    }
}

struct TlsListener {
    listener: TcpListener,
    acceptor: TlsAcceptor,
}

impl axum::serve::Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let (stream, address) = self.listener.accept().await.unwrap();
            if let Ok(stream) = self.acceptor.accept(stream).await {
                return (stream, address);
            }
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}

impl Receiver {
    /// A file with the authorities of both.
    pub fn folder_with(&self, other: &Self) -> PathBuf {
        let both = self.folder.path().join("both.pem");
        let pem = [self.ca(), other.ca()].map(|file| std::fs::read_to_string(file).unwrap()).concat();
        std::fs::write(&both, pem).unwrap();
        both
    }
}
