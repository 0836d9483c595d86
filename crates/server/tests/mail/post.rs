//! A mail server that is none of ours: aiosmtpd, which writes what it takes into a Maildir. `cargo xtask test` installs it.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use repin_server::MailConfig;
use tempfile::TempDir;

/// Stops when dropped.
pub struct PostOffice {
    server: Child,
    folder: TempDir,
    port: u16,
}

/// A letter as it arrived.
pub struct Letter {
    pub headers: String,
    pub plain: String,
    pub html: String,
}

impl PostOffice {
    pub fn open() -> Self {
        Self::open_with(&[])
    }

    /// With more of its own arguments.
    pub fn open_with(more: &[&str]) -> Self {
        let python = concat!(env!("CARGO_MANIFEST_DIR"), "/../../.tools/mail/bin/python");
        let folder = tempfile::tempdir().unwrap();
        // A port is free for a moment only: somebody else can be given it before the server has started.
        for _ in 0..10 {
            let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
            let mut server = Command::new(python)
                .args(["-m", "aiosmtpd", "--nosetuid", "--debug", "--debug", "--listen", &format!("127.0.0.1:{port}")])
                .args(more)
                .args(["--class", "aiosmtpd.handlers.Mailbox"])
                .arg(folder.path().join("mail"))
                .stderr(Stdio::piped())
                .spawn()
                .expect("`cargo xtask test` installs a mail server");
            let mut said = BufReader::new(server.stderr.take().unwrap()).lines().map_while(Result::ok);
            if said.any(|line| line.contains("Server is listening")) {
                // What it goes on to say must not fill its pipe.
                std::thread::spawn(move || said.for_each(drop));
                return Self { server, folder, port };
            }
            server.wait().unwrap();
        }
        panic!("the mail server does not start");
    }

    pub fn config(&self) -> MailConfig {
        self.config_by("smtp", "127.0.0.1", "")
    }

    /// Reached by this scheme under this name, with this query behind.
    pub fn config_by(&self, scheme: &str, name: &str, query: &str) -> MailConfig {
        MailConfig::new(&format!("{scheme}://{name}:{}{query}", self.port), "Wallet <codes@wallet.example>").unwrap()
    }

    /// Every letter, in no order.
    pub fn letters(&self) -> Vec<Letter> {
        let new = self.folder.path().join("mail/new");
        let files = std::fs::read_dir(new).into_iter().flatten().map(|entry| entry.unwrap().path());
        files.map(Letter::read).collect()
    }

    /// The one letter that is there, which is taken away.
    pub fn take(&self) -> Letter {
        let [letter] = self.letters().try_into().ok().expect("one letter");
        for entry in std::fs::read_dir(self.folder.path().join("mail/new")).unwrap() {
            std::fs::remove_file(entry.unwrap().path()).unwrap();
        }
        letter
    }
}

impl Drop for PostOffice {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// Where a mail server of ours is that refuses everybody for good and, as Postfix does, says whom. It ends with the tests.
pub fn refusing() -> MailConfig {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("smtp://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || listener.incoming().map_while(Result::ok).for_each(refuse));
    MailConfig::new(&url, "Wallet <codes@wallet.example>").unwrap()
}

/// One connection.
fn refuse(connection: TcpStream) {
    let mut answers = connection.try_clone().unwrap();
    let mut said = BufReader::new(connection).lines().map_while(Result::ok);
    let mut answer = "220 mail.example ESMTP".to_owned();
    while write!(answers, "{answer}\r\n").is_ok() {
        let Some(line) = said.next() else { return };
        answer = match line.strip_prefix("RCPT TO:") {
            Some(whom) => format!("550 5.1.1 {whom}: Recipient address rejected: User unknown"),
            None => "250 mail.example".into(),
        };
    }
}

impl Letter {
    fn read(file: PathBuf) -> Self {
        let text = std::fs::read_to_string(file).unwrap().replace("\r\n", "\n");
        let (headers, body) = text.split_once("\n\n").unwrap();
        let part = |kind: &str| {
            let (_, part) = body.split_once(&format!("Content-Type: {kind}")).unwrap();
            let (head, rest) = part.split_once("\n\n").unwrap();
            assert!(head.contains("base64"), "{head}");
            let encoded: String = rest.lines().take_while(|line| !line.starts_with("--")).collect();
            String::from_utf8(BASE64_STANDARD.decode(encoded).unwrap()).unwrap().replace("\r\n", "\n")
        };
        Self { headers: headers.to_owned(), plain: part("text/plain"), html: part("text/html") }
    }

    /// The code in it.
    pub fn code(&self) -> String {
        let is_code = |line: &&str| line.len() == 8 && line.bytes().all(|digit| digit.is_ascii_digit());
        self.plain.lines().find(is_code).expect("a code").to_owned()
    }
}
