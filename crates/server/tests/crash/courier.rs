//! Between client and program: carries requests, and at one of them ends the program or its connections to the database, and looks
//! at what that left. The client keeps one address all the while.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Mutex, MutexGuard};

use crate::common::Host;
use crate::common::wire::{HttpMessage, exchange};
use crate::stage::Stage;
use crate::verdict::Verdict;

/// What happens at a message.
#[derive(Clone, Debug)]
pub enum End {
    /// The program is killed when so many thousandths of the request's bytes were sent.
    AfterBytes(usize),
    /// It is killed this long after the whole request was sent.
    AfterRequest(Duration),
    /// It is killed when the whole reply was read.
    AfterReply,
    /// It ends by itself at this place.
    At(&'static str),
    /// The database ends all its connections while it waits at this place.
    DisconnectedAt(&'static str),
}

/// One end, and how the program is broken on purpose.
#[derive(Clone, Debug)]
pub struct Kill {
    pub end: End,
    /// An order that it gets wrong.
    pub broken: Option<&'static str>,
}

impl From<End> for Kill {
    fn from(end: End) -> Self {
        Self { end, broken: None }
    }
}

/// An HTTP status of nobody's: the same bytes have to be sent again.
pub const KILLED: u16 = 599;

/// The program, and what will happen to it.
pub struct Courier {
    pub stage: Stage,
    /// At the next message, and the kind of credential that its flow proves.
    plan: Option<(Kill, i64)>,
    verdict: Option<Verdict>,
}

/// A client's way through the courier.
#[derive(Clone)]
pub struct Way {
    pub host: Arc<Host>,
    courier: Arc<Mutex<Courier>>,
}

impl Way {
    /// To a program with nothing in it.
    pub async fn new() -> Self {
        let courier = Arc::new(Mutex::new(Courier { stage: Stage::new(), plan: None, verdict: None }));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let host = Host::new(format!("http://{}", listener.local_addr().unwrap()));
        let way = Self { host: Arc::new(host), courier };
        tokio::spawn(way.clone().carry(listener));
        way
    }

    /// Ends the program at the next message, which belongs to a flow that proves a credential of this kind.
    pub async fn plan(&self, kill: Kill, kind: i64) {
        self.courier.lock().await.plan = Some((kill, kind));
    }

    /// What the last end left.
    pub async fn verdict(&self) -> Verdict {
        self.courier.lock().await.verdict.take().expect("the program was ended")
    }

    /// The program behind it, while nothing is carried.
    pub async fn courier(&self) -> MutexGuard<'_, Courier> {
        self.courier.lock().await
    }

    /// One request a connection.
    async fn carry(self, listener: TcpListener) {
        loop {
            let (mut client, _) = listener.accept().await.unwrap();
            let Some(request) = HttpMessage::read(&mut client).await else { continue };
            let reply = self.courier.lock().await.answer(&request).await;
            client.write_all(&reply).await.unwrap();
        }
    }
}

impl Courier {
    async fn answer(&mut self, request: &HttpMessage) -> Vec<u8> {
        let planned = if request.is_of_protocol() { self.plan.take() } else { None };
        match planned {
            Some((kill, kind)) => self.end(kill, kind, request).await,
            None => self.send(request).await.last(),
        }
    }

    async fn send(&mut self, request: &HttpMessage) -> HttpMessage {
        exchange(&self.stage.address(), &request.bytes).await.expect("a reply")
    }

    /// The end, the new beginning, and the same bytes again. Those of COMMIT are for the client to send again, who looks first at
    /// which PIN opens.
    async fn end(&mut self, kill: Kill, kind: i64, request: &HttpMessage) -> Vec<u8> {
        let message: Value = serde_json::from_slice(request.body()).unwrap();
        let step = message["step"].as_str().unwrap();
        let before = self.stage.facts().await;
        let told = self.cut(&kill, request).await;
        match kill.end {
            End::DisconnectedAt(_) => self.until_ready().await,
            _ => self.stage.restart().await,
        }
        let after = self.stage.facts().await;
        let place = if let End::At(place) | End::DisconnectedAt(place) = kill.end { Some(place) } else { None };
        let mut verdict = Verdict::new(place, kind, step, (before, told.is_some(), after));
        let reply = match (told, step) {
            (None, "COMMIT") => {
                format!("HTTP/1.1 {KILLED} Killed\r\nConnection: close\r\nContent-Length: 0\r\n\r\n").into_bytes()
            }
            (told, _) => {
                let again = self.send(request).await;
                let same = told.is_none_or(|told| told.body() == again.body());
                verdict.retried(&self.stage.facts().await, same);
                again.last()
            }
        };
        self.verdict = Some(verdict);
        reply
    }

    /// Waits until the program has found its database again.
    async fn until_ready(&mut self) {
        let ask = b"GET /health/ready HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
        while exchange(&self.stage.address(), ask).await.expect("a reply").status() != 200 {}
    }

    /// Ends what is to be ended; the reply, if all of it came and says that the message was taken.
    async fn cut(&mut self, kill: &Kill, request: &HttpMessage) -> Option<HttpMessage> {
        let place = match kill.end {
            End::At(place) => place.to_owned(),
            End::DisconnectedAt(place) => format!("wait at {place}"),
            _ => String::new(),
        };
        self.stage.arm(&format!("{place}\n{}", kill.broken.unwrap_or_default()));
        let mut socket = TcpStream::connect(self.stage.address()).await.unwrap();
        let length = request.bytes.len();
        let sent = if let End::AfterBytes(share) = kill.end { length * share / 1000 } else { length };
        socket.write_all(&request.bytes[..sent]).await.unwrap();
        let told = match kill.end {
            End::AfterReply => HttpMessage::read(&mut socket).await,
            // This is the moment of the kill itself, and not a wait for something.
            End::AfterRequest(time) => {
                tokio::time::sleep(time).await;
                None
            }
            // What it had to say comes before its end.
            End::At(_) => HttpMessage::read(&mut socket).await,
            End::DisconnectedAt(_) => {
                self.stage.disconnect().await;
                HttpMessage::read(&mut socket).await
            }
            End::AfterBytes(_) => None,
        };
        match kill.end {
            End::At(_) => self.stage.wait(),
            End::DisconnectedAt(_) => {}
            _ => self.stage.kill(),
        }
        // What was on its way when the program ended has arrived.
        let told = if told.is_some() { told } else { HttpMessage::read(&mut socket).await };
        told.filter(|reply| reply.status() == 200)
    }
}
