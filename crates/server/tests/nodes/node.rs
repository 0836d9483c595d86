//! A database server with gateways on it, and what stands before them.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use sqlx::postgres::PgConnection;
use sqlx::{Connection, Executor};
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};

use crate::cluster::Cluster;
use crate::common::Host;
use crate::common::program::{Program, Starting, serve};

/// A server with an empty database, and a key ring to share.
pub struct Site {
    pub cluster: Cluster,
    folder: TempDir,
}

impl Site {
    /// An empty one.
    pub fn new() -> Self {
        let cluster = Cluster::start().unwrap();
        let folder = tempfile::tempdir().unwrap();
        Self { cluster, folder }
    }

    /// The database's address.
    pub fn url(&self) -> String {
        self.cluster.url("postgres")
    }

    /// A gateway with a folder of its own; all but the first get a copy of the first one's keys, as a machine would.
    pub fn begin(&self, name: &str) -> Starting {
        let data = self.folder.path().join(name);
        let (keys, first) = (data.join("keys"), self.folder.path().join("0/keys"));
        if name != "0" && !keys.exists() {
            fs::create_dir_all(&keys).unwrap();
            for file in fs::read_dir(first).unwrap().flatten() {
                fs::copy(file.path(), keys.join(file.file_name())).unwrap();
            }
        }
        begin(&data, &self.url())
    }

    /// The same, once it listens.
    pub fn start(&self, name: &str) -> Program {
        self.begin(name).listening().unwrap()
    }

    /// Does something to the database behind the gateways' backs.
    pub async fn execute(&self, statements: &[&'static str]) {
        let mut connection = PgConnection::connect(&self.url()).await.unwrap();
        for statement in statements {
            connection.execute(*statement).await.unwrap();
        }
    }

    /// A number of the database's.
    pub async fn number(&self, query: &'static str) -> i64 {
        let mut connection = PgConnection::connect(&self.url()).await.unwrap();
        sqlx::query_scalar(query).fetch_one(&mut connection).await.unwrap()
    }
}

/// Starts a gateway on a folder and a database.
pub fn begin(data: &Path, url: &str) -> Starting {
    Starting::new(serve(data).args(["--metrics-listen", "127.0.0.1:0"]).env("REPIN_DATABASE", url))
}

/// A balancer before the nodes: each connection goes to the next node that is there. How many each has had.
pub struct Balancer {
    pub host: Host,
    pub served: Arc<Vec<AtomicUsize>>,
}

impl Balancer {
    /// Before these nodes. Its client keeps no connection, so each request goes to another node.
    pub async fn before(nodes: &[Program]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut host = Host::new(format!("http://{}", listener.local_addr().unwrap()));
        host.http = reqwest::Client::builder().pool_max_idle_per_host(0).build().unwrap();
        let addresses: Vec<String> = nodes.iter().map(|node| node.host.url.replace("http://", "")).collect();
        let served: Arc<Vec<AtomicUsize>> = Arc::new(addresses.iter().map(|_| AtomicUsize::new(0)).collect());
        tokio::spawn(balance(listener, addresses, served.clone()));
        Self { host, served }
    }
}

async fn balance(listener: TcpListener, addresses: Vec<String>, served: Arc<Vec<AtomicUsize>>) {
    let mut next = 0;
    loop {
        let (mut client, _) = listener.accept().await.unwrap();
        for _ in 0..addresses.len() {
            let number = next % addresses.len();
            next += 1;
            let Ok(mut node) = TcpStream::connect(&addresses[number]).await else { continue };
            served[number].fetch_add(1, Ordering::SeqCst);
            tokio::spawn(async move { tokio::io::copy_bidirectional(&mut client, &mut node).await });
            break;
        }
    }
}
