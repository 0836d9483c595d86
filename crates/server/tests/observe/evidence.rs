//! Figures for docs/evidence.md: row 18, for metrics and traces.

use std::collections::BTreeSet;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use prost::Message;

use crate::client::questions;
use crate::collector::Collector;
use crate::common::database::Place;
use crate::common::evidence::{count, say};
use crate::common::{API_KEY, ORIGIN, send};
use crate::metrics::text;
use crate::secrets::{found, spellings};
use crate::{ANSWERS, Client, NEW_PIN, PIN, USER, WRONG, recover, start};

/// Spans of a batch, with an attribute that has no place there.
fn with_leak(mut batch: ExportTraceServiceRequest, leaked: &str) -> String {
    let value = Some(AnyValue { value: Some(Value::StringValue(leaked.to_owned())) });
    let leak = KeyValue { key: "leak".into(), value, ..KeyValue::default() };
    batch.resource_spans[0].scope_spans[0].spans[0].attributes.push(leak);
    String::from_utf8_lossy(&batch.encode_to_vec()).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_in_a_metric_or_a_span() {
    let flows = count(3, 200);
    let collector = Collector::start().await;
    let mut secrets: Vec<String> = [PIN, NEW_PIN, ANSWERS, WRONG, API_KEY, USER, ORIGIN].map(str::to_owned).to_vec();
    secrets.push(API_KEY.rsplit(':').next().unwrap().to_owned());
    for question in questions() {
        secrets.extend([Some(question.text), question.hint].into_iter().flatten());
    }
    // What the pages say beside numbers.
    let (mut pages, mut said) = (0, BTreeSet::new());
    let place = Place::new();
    let program = start(&place, &["--otlp-endpoint", &collector.url]);
    let host = &program.host;
    host.create_user(USER).await;
    for flow in 0..flows {
        if flow == 0 {
            secrets.extend(recover(host).await);
        } else {
            let mut restore = Client::open(host, "POST", "/user/pin/restore").await;
            restore.prove(ANSWERS).await.unwrap();
            restore.replace(&[NEW_PIN]).await.unwrap();
            secrets.extend([restore.token, restore.challenge]);
        }
        let (token, key) = host.token(USER).await;
        // What a careless or hostile caller puts where it does not belong.
        let odd = host.http.get(format!("{}/{PIN}?answer={PIN}", host.url)).header("tracestate", format!("a={PIN}"));
        let odd = odd.header("X-Request-Id", PIN).header("baggage", format!("pin={PIN}")).header("Origin", ORIGIN);
        assert_eq!(send(odd.header("X-User-Token", &token)).await.0, 404);
        secrets.extend([token, key]);
        let page = text(&program.metrics_url()).await;
        said.extend(page.lines().map(|line| line.rsplit_once(' ').map_or(line, |(series, _)| series).to_owned()));
        pages += 1;
    }
    assert!(program.stop().0);
    let (spans, traced) = (collector.spans().len(), collector.bytes());
    let page = said.into_iter().collect::<Vec<_>>().join("\n");
    let leaks = [found(&page, &secrets), found(&String::from_utf8_lossy(&traced), &secrets)].concat();

    // The control: each spelling of a PIN as an attribute and as a label.
    let batch = collector.requests().remove(0);
    let spelled = spellings(PIN);
    let caught = spelled.iter().filter(|(_, leaked)| {
        let label = format!("{page}\nrepin_leak{{pin=\"{leaked}\"}} 1\n");
        let pin = [PIN.to_owned()];
        !found(&with_leak(batch.clone(), leaked), &pin).is_empty() && !found(&label, &pin).is_empty()
    });
    let caught = caught.count();
    say(
        18,
        format_args!(
            "{} markers in {pages} pages of metrics and {spans} spans of {flows} whole flows, {} secrets in up to {} \
             spellings each",
            leaks.len(),
            secrets.len(),
            spelled.len(),
        ),
        format_args!(
            "a PIN put into a label and an attribute on purpose is found in {caught} of {} spellings",
            spelled.len()
        ),
    );
    assert_eq!(leaks, [""; 0]);
    assert_eq!(caught, spelled.len());
    assert!(spans >= flows * 10);
}
