//! The program on a folder and its database, which outlive it.

use std::path::{Path, PathBuf};

use sqlx::Connection;
use sqlx::postgres::PgConnection;

use crate::common::database::{Place, database_of};
use crate::common::program::{Program, Starting, serve_armed};
use crate::facts::{Facts, sqlite};

/// The program and where it stands.
pub struct Stage {
    place: Place,
    program: Program,
}

impl Stage {
    /// With nothing in it.
    pub fn new() -> Self {
        let place = Place::new();
        let program = start(&place);
        Self { place, program }
    }

    /// Where the program listens, until it is started again.
    pub fn address(&self) -> String {
        self.program.host.url.replace("http://", "")
    }

    /// Says at which place the program shall end, or which order it shall break.
    pub fn arm(&self, names: &str) {
        std::fs::write(arms(&self.place), names).unwrap();
    }

    /// Waits for a line of the program's log.
    pub fn wait_for_line(&mut self, words: &str) {
        self.program.wait_for_line(words);
    }

    /// Waits until the program stands at the place at which it was told to wait, and lets it go on.
    pub async fn meet(&self) {
        reached(&arms(&self.place)).await;
        self.let_go();
    }

    fn let_go(&self) {
        std::fs::remove_file(arms(&self.place).with_extension("reached")).unwrap();
        std::fs::remove_file(arms(&self.place)).unwrap();
    }

    /// `kill -9`.
    pub fn kill(&mut self) {
        self.program.kill();
    }

    /// Waits until the program has ended by itself.
    pub fn wait(&mut self) {
        self.program.wait();
    }

    /// Starts the program again, once the database knows that the old one is gone.
    pub async fn restart(&mut self) {
        let _ = std::fs::remove_file(arms(&self.place));
        if let Some(url) = self.url() {
            let mut connection = PgConnection::connect(&url).await.unwrap();
            let query = "SELECT COUNT(*) FROM pg_stat_activity
                         WHERE datname = current_database() AND application_name = 'repin-server'";
            while sqlx::query_scalar::<_, i64>(query).fetch_one(&mut connection).await.unwrap() > 0 {
                tokio::task::yield_now().await;
            }
        }
        self.program = start(&self.place);
    }

    /// Waits until the program stands at the place it was armed with, ends its connections to the database, and lets it go on.
    pub async fn disconnect(&mut self) {
        let url = self.url().expect("a database of its own to be disconnected from");
        let mut connection = PgConnection::connect(&url).await.unwrap();
        reached(&arms(&self.place)).await;
        let query = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
                     WHERE datname = current_database() AND application_name = 'repin-server'";
        sqlx::query(query).fetch_all(&mut connection).await.unwrap();
        self.let_go();
    }

    /// What the database says.
    pub async fn facts(&mut self) -> Facts {
        Facts::read(self.url(), &self.data()).await
    }

    /// Changes the database behind the program's back.
    pub async fn execute(&mut self, statement: &'static str) {
        match self.url() {
            Some(url) => crate::common::database::execute(&url, statement).await,
            None => {
                sqlx::query(statement).execute(&mut sqlite(&self.data()).await).await.unwrap();
            }
        }
    }

    fn url(&self) -> Option<String> {
        database_of(self.place.path()).map(|(_, url)| url)
    }

    fn data(&self) -> PathBuf {
        self.place.path().join("data")
    }
}

/// Waits until the program stands at the place at which this file has it wait.
async fn reached(arms: &Path) {
    while !arms.with_extension("reached").exists() {
        tokio::task::yield_now().await;
    }
}

fn arms(place: &Place) -> PathBuf {
    place.path().join("failpoints")
}

fn start(place: &Place) -> Program {
    let mut command = serve_armed(&place.path().join("data"), &arms(place));
    command.envs(database_of(place.path()));
    Starting::new(&mut command).listening().unwrap()
}
