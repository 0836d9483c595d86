//! `cargo xtask demo`: the real widget against the real gateway on an embedded database.

use crate::run::{Result, cargo, program, root, run};
use crate::widget;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::process::CommandExt;
use std::time::{Duration, Instant};

// A debug gateway is ready within a second; the rest is for a machine that is busy with something else.
const PATIENCE: Duration = Duration::from_secs(60);

pub fn demo(args: &[&str]) -> Result {
    let (port, keep) = parse(args)?;
    widget::build(widget::Mode::Release)?;
    run(cargo().args(["build", "--package", "repin-server"]))?;
    let data = root().join("target/demo-data");
    if !keep {
        // The demo starts from nothing each time, so that what it shows does not depend on yesterday.
        let _ = std::fs::remove_dir_all(&data);
    }
    let url = format!("127.0.0.1:{port}");
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    // Through a shell that ends at once: a child of ours would stay behind as a zombie of the gateway's.
    run(program("sh").args(["-c", r#""$0" announce "$1" /demo &"#]).arg(own).arg(&url))?;
    // We become the gateway, so that ctrl-c reaches it alone and it ends in its own time.
    let error = program(&root().join("target/debug/repin-server").to_string_lossy())
        .args(["serve", "--demo", "--listen", &url, "--data"])
        .arg(&data)
        .args(["--log-format", "text", "--log-level", "warn"])
        .exec();
    Err(format!("cannot start the gateway: {error}"))
}

fn parse(args: &[&str]) -> Result<(u16, bool)> {
    let mut parsed = (7373, false);
    let mut rest = args.iter();
    while let Some(word) = rest.next() {
        match *word {
            "--keep" => parsed.1 = true,
            "--port" => {
                let port = rest.next().and_then(|port| port.parse().ok());
                parsed.0 = port.ok_or("--port takes a number from 1 to 65535")?;
            }
            other => return Err(format!("demo does not know {other}")),
        }
    }
    Ok(parsed)
}

/// The other half of `demo`: waits until the gateway answers, then prints the one URL.
pub fn announce(address: &str, page: &str) -> Result {
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        if answers(address) {
            println!("\n  Repin's demo is at http://{address}{page}   (ctrl-c stops it)\n");
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    Err(format!("the gateway did not answer on {address}"))
}

fn answers(address: &str) -> bool {
    let Ok(mut stream) = TcpStream::connect(address) else { return false };
    let asked = write!(stream, "GET /health/ready HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    let mut reply = String::new();
    asked.is_ok() && stream.read_to_string(&mut reply).is_ok() && reply.starts_with("HTTP/1.1 200")
}
