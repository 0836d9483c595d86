//! The documentation's snippets, run as they stand, on what the gateway sent and on Circle's own sample.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::common::evidence;
use crate::keys::public_key;
use crate::receiver::Receiver;
use crate::{enrol, gateway_for, subscribe};

const DOCUMENT: &str = include_str!("../../../../docs/webhooks.md");
const SAMPLE: &str = include_str!("../../../../tests/vectors/circle-webhook.json");

/// The code block of a language.
fn snippet(language: &str) -> &'static str {
    let (_, rest) = DOCUMENT.split_once(&format!("```{language}\n")).unwrap();
    rest.split_once("```").unwrap().0
}

struct Signed {
    body: Vec<u8>,
    signature: String,
    public_key: String,
}

impl Signed {
    fn sample() -> Self {
        let sample: Value = serde_json::from_str(SAMPLE).unwrap();
        let text = |name: &str| sample[name].as_str().unwrap().to_owned();
        Self { body: text("body").into_bytes(), signature: text("signature"), public_key: text("publicKey") }
    }

    fn write(&self, folder: &Path, body: &[u8]) {
        std::fs::write(folder.join("body.json"), body).unwrap();
        std::fs::write(folder.join("signature.txt"), &self.signature).unwrap();
        std::fs::write(folder.join("publicKey.txt"), &self.public_key).unwrap();
    }

    fn openssl(&self, body: &[u8]) -> bool {
        let folder = tempfile::tempdir().unwrap();
        self.write(folder.path(), body);
        let script = format!("set -e\n{}", snippet("sh"));
        let output = Command::new("sh").args(["-c", &script]).current_dir(folder.path()).output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(said.contains("Verified OK") || said.contains("Verification failure"), "{output:?}");
        output.status.success()
    }

    /// The raw body, and what JavaScript writes for the JSON it read.
    fn node(&self, body: &[u8]) -> (bool, bool) {
        let folder = tempfile::tempdir().unwrap();
        self.write(folder.path(), body);
        std::fs::write(folder.path().join("snippet.mjs"), snippet("js")).unwrap();
        let driver = "import { readFileSync } from 'node:fs'; import { isGenuine } from './snippet.mjs';
            const text = (name) => readFileSync(name, 'utf8');
            const [body, signature, key] = [readFileSync('body.json'), text('signature.txt'), text('publicKey.txt')];
            let again = body;
            try { again = Buffer.from(JSON.stringify(JSON.parse(body))); } catch {}
            console.log(isGenuine(body, signature, key), isGenuine(again, signature, key));";
        std::fs::write(folder.path().join("driver.mjs"), driver).unwrap();
        let output = Command::new("node").arg("driver.mjs").current_dir(folder.path()).output().unwrap();
        match String::from_utf8_lossy(&output.stdout).trim() {
            "true true" => (true, true),
            "false true" => (false, true),
            "false false" => (false, false),
            _ => panic!("{output:?}"),
        }
    }

    /// As it is by both, and in no other form but the one that means the same.
    fn verify(&self) {
        assert!(self.openssl(&self.body), "openssl");
        assert_eq!(self.node(&self.body), (true, true), "Node");
        let mut other = self.body.clone();
        other[40] ^= 1;
        let spaced = String::from_utf8(self.body.clone()).unwrap().replacen("\":", "\": ", 1);
        assert_eq!((self.openssl(&other), self.node(&other)), (false, (false, false)), "another body");
        let spaced = spaced.as_bytes();
        assert_eq!((self.openssl(spaced), self.node(spaced)), (false, (false, true)), "the same with a space");
    }
}

#[test]
fn circles_documented_sample_verifies() {
    Signed::sample().verify();
}

#[tokio::test]
async fn what_the_gateway_sends_verifies() {
    let receiver = Receiver::start().await;
    let gateway = gateway_for(&receiver).await;
    subscribe(&gateway, &receiver.url(), &[]).await;
    enrol(&gateway).await;
    let posts = receiver.wait_for(2).await;
    let count = posts.len();
    for post in posts {
        let key = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, public_key(&gateway, &post).await);
        let signature = post.header("x-circle-signature").to_owned();
        let signed = Signed { body: post.body.clone(), signature, public_key: key };
        tokio::task::spawn_blocking(move || signed.verify()).await.unwrap();
    }
    evidence::say(
        25,
        format_args!("{count} signatures verify with openssl and with Node"),
        format_args!("of the same bodies with a bit flipped {count} of {count} verify with neither"),
    );
}
