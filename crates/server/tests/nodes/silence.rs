//! The database gone without a word: its machine lost power, or was cut off. Nothing is closed and nothing refused, and what was asked is
//! never answered. Meanwhile another server is at its address.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use futures_util::future::join_all;
use repin_server::store::postgres::{Address, Limits};
use repin_server::store::{Result, StoreError, User};
use sqlx::postgres::PgConnection;
use sqlx::{Connection, Executor};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use crate::USER;
use crate::common::{Gateway, START, send};
use crate::node::Site;

/// Short, for their end is waited for here, and long enough for a machine that has other things to do.
const LIMITS: Limits = Limits {
    statement: Duration::from_secs(60),
    acquire: Duration::from_secs(10),
    answer: Duration::from_secs(2),
    operation: Duration::from_secs(15),
};
/// Connections of the gateway.
const CONNECTIONS: u32 = 4;
/// What is not over by then does not end.
const FOR_EVER: Duration = Duration::from_secs(180);

/// What goes between a gateway and the server.
struct Wire {
    address: SocketAddr,
    state: watch::Sender<State>,
}

/// How often it was cut, and whether nothing goes over it any more.
#[derive(Clone, Copy, Default)]
struct State {
    cuts: u32,
    dead: bool,
}

impl Wire {
    async fn to(server: PathBuf) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = watch::Sender::new(State::default());
        let ends = state.subscribe();
        tokio::spawn(async move {
            loop {
                let (client, _) = listener.accept().await.unwrap();
                tokio::spawn(carry(client, server.clone(), ends.clone()));
            }
        });
        Self { address, state }
    }

    fn url(&self) -> String {
        format!("postgres://repin@{}/postgres?sslmode=disable", self.address)
    }

    /// What is connected hears nothing any more, and is not told. Who connects from now on reaches a server.
    fn cut(&self) {
        self.state.send_modify(|state| state.cuts += 1);
    }

    /// The same, and nobody reaches one.
    fn cut_for_good(&self) {
        self.state.send_modify(|state| *state = State { cuts: state.cuts + 1, dead: true });
    }
}

async fn carry(mut client: TcpStream, server: PathBuf, ends: watch::Receiver<State>) {
    let begun = *ends.borrow();
    if !begun.dead {
        // For the server it is over with this: it is another one that is there afterwards.
        let Ok(mut server) = UnixStream::connect(server).await else { return };
        tokio::select! {
            _ = copy_bidirectional(&mut client, &mut server) => return,
            () = until_cut(ends, begun.cuts) => {}
        }
    }
    std::future::pending::<()>().await;
}

async fn until_cut(mut ends: watch::Receiver<State>, before: u32) {
    let _ = ends.wait_for(|state| state.cuts > before).await;
}

/// A gateway with a user, whose database is behind a wire.
async fn behind_a_wire() -> (Site, Wire, Gateway) {
    let site = Site::new();
    let wire = Wire::to(site.cluster.socket()).await;
    let address: Address = wire.url().parse().unwrap();
    let gateway = Gateway::start_with(|config| {
        config.database = Some(address.limited(LIMITS));
        config.database_connections = CONNECTIONS;
    });
    let gateway = gateway.await;
    gateway.create_user(USER).await;
    (site, wire, gateway)
}

/// Keeps everybody from users for as long as it lives.
async fn hold_users(site: &Site) -> PgConnection {
    let mut connection = PgConnection::connect(&site.url()).await.unwrap();
    connection.execute("BEGIN; LOCK TABLE users").await.unwrap();
    connection
}

/// Asks for a user to be made or looked up, in a transaction or without one, as many times as there may be connections, and waits until
/// each of those is asked.
async fn ask_over_all(site: &Site, gateway: &Gateway, name: &str) -> Vec<JoinHandle<Result<Option<User>>>> {
    let ask = |number| {
        let (store, app) = (gateway.inner.store.clone(), gateway.inner.app.id.clone());
        let user = format!("{name}-{number}");
        // As what a client began who left.
        gateway.inner.tasks.spawn(async move {
            if number % 2 == 0 { store.create_user(&app, &user, START).await } else { store.user(&app, USER).await }
        })
    };
    let asked = (0..CONNECTIONS).map(ask).collect();
    let waiting = "SELECT count(*) FROM pg_stat_activity
         WHERE application_name = 'repin-server' AND state = 'active' AND wait_event_type = 'Lock'";
    let all_wait = async {
        while site.number(waiting).await < i64::from(CONNECTIONS) {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(FOR_EVER, all_wait).await.expect("there are as many connections as there may be");
    asked
}

async fn answer(asked: JoinHandle<Result<Option<User>>>) -> Result<Option<User>> {
    timeout(FOR_EVER, asked).await.expect("nothing is waited for for ever").unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_owed_by_a_database_that_is_gone_is_given_up_and_every_connection_is_made_anew() {
    let (site, wire, gateway) = behind_a_wire().await;
    let held = hold_users(&site).await;
    let mut owed = ask_over_all(&site, &gateway, "owed").await;
    wire.cut();
    held.close().await.unwrap();
    // As when their clients go away, or are refused.
    for gone in owed.drain(..2) {
        gone.abort();
    }
    let mut given_up = 0;
    for owed in owed {
        given_up += usize::from(matches!(answer(owed).await, Err(StoreError::Away(_))));
    }
    assert!(given_up > 0, "they were cut off in the middle");

    let held = hold_users(&site).await;
    let asked = ask_over_all(&site, &gateway, "again").await;
    held.close().await.unwrap();
    for asked in asked {
        assert!(answer(asked).await.unwrap().is_some());
    }
    let served = async {
        while send(gateway.request("GET", &format!("/users/{USER}"))).await.0 != 200 {
            sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(FOR_EVER, served).await.expect("it serves, and was not restarted");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_gets_a_connection_that_fell_silent_while_it_lay_idle_gets_another_in_its_place() {
    let (site, wire, gateway) = behind_a_wire().await;
    let held = hold_users(&site).await;
    let asked = ask_over_all(&site, &gateway, "idle").await;
    held.close().await.unwrap();
    for asked in asked {
        assert!(answer(asked).await.unwrap().is_some());
    }
    wire.cut();
    let (store, app) = (&gateway.inner.store, &gateway.inner.app.id);
    for found in join_all((0..CONNECTIONS).map(|_| store.user(app, USER))).await {
        assert!(found.unwrap().is_some());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_stops_whose_database_is_gone_for_good() {
    let (site, wire, gateway) = behind_a_wire().await;
    let _held = hold_users(&site).await;
    let _owed = ask_over_all(&site, &gateway, "owed").await;
    wire.cut_for_good();
    timeout(FOR_EVER, gateway.stop()).await.expect("it stops");
}
