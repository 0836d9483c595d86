//! `repin-magic-simulator [ADDRESS]`: the simulator as a program, on 127.0.0.1:7474 unless told otherwise.

use std::process::ExitCode;

use repin_magic_simulator::{SECRET_KEY, Simulator};
use tokio::net::TcpListener;

#[tokio::main]
#[allow(clippy::print_stdout)] // that is how its user learns where it is
async fn main() -> ExitCode {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:7474".into());
    let listening = TcpListener::bind(&address).await.and_then(|listener| Simulator::on(listener, SECRET_KEY));
    let (simulator, serving) = match listening {
        Ok(listening) => listening,
        Err(error) => {
            println!("repin-magic-simulator: {address}: {error}");
            return ExitCode::FAILURE;
        }
    };
    println!("A simulator of a retired API, for development alone. It forgets everything when it ends.");
    println!("--magic-url {}  REPIN_MAGIC_SECRET_KEY={SECRET_KEY}", simulator.url());
    match serving.await {}
}
