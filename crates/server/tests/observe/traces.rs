//! Traces of a running program, as a collector gets them.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use tokio::net::TcpListener;

use crate::collector::{Collector, attribute};
use crate::common::database::Place;
use crate::common::program::Starting;
use crate::common::send;
use crate::{USER, command, recover, start, until};

/// A caller's span, as W3C writes it.
const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const PARENT: &str = "b7ad6b7169203331";

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn requests(spans: &[Span]) -> Vec<&Span> {
    spans.iter().filter(|span| span.kind() == SpanKind::Server).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recovery_is_a_span_for_each_request_with_one_for_each_operation_in_it() {
    let collector = Collector::start().await;
    let place = Place::new();
    let program = start(&place, &["--otlp-endpoint", &collector.url]);
    let host = &program.host;
    host.create_user(USER).await;
    recover(host).await;
    let traced = host.request("GET", &format!("/users/{USER}"));
    let traced = traced.header("traceparent", format!("00-{TRACE}-{PARENT}-01")).header("tracestate", "vendor=chosen");
    assert_eq!(send(traced).await.0, 200);
    let (ended_well, log) = program.stop();
    assert!(ended_well);

    let spans = collector.spans();
    let requests = requests(&spans);
    assert_eq!(requests.len(), 15, "one user, two sessions, two challenges, nine messages, and one look");
    let proofs = |operation: &str| spans.iter().filter(|span| span.name == operation).count();
    assert_eq!((proofs("charge"), proofs("answer_guess"), proofs("commit")), (2, 2, 2));
    for span in &spans {
        let parent = spans.iter().find(|other| other.span_id == span.parent_span_id);
        match span.kind() {
            // A step runs in a task of its own, and still belongs to its request.
            SpanKind::Client => {
                let parent = parent.expect("an operation belongs to a request");
                assert_eq!((parent.kind(), &parent.trace_id), (SpanKind::Server, &span.trace_id));
                assert!(parent.start_time_unix_nano <= span.start_time_unix_nano);
                assert!(parent.end_time_unix_nano >= span.end_time_unix_nano);
            }
            kind => assert_eq!((kind, parent.is_none()), (SpanKind::Server, true)),
        }
    }
    let message = requests.iter().find(|span| span.name.ends_with("/messages")).unwrap();
    assert_eq!(attribute(&message.attributes, "http.route"), "/v1/repin/challenges/{challengeId}/messages");
    assert_eq!(attribute(&message.attributes, "http.response.status_code"), "200");
    let mine = requests.iter().find(|span| hex(&span.trace_id) == TRACE).expect("the caller's trace goes on");
    assert_eq!((hex(&mine.parent_span_id).as_str(), mine.trace_state.as_str()), (PARENT, ""));
    assert!(log.iter().any(|line| line.contains(&format!("\"trace\":\"{TRACE}\""))), "the log names the trace");

    let names: BTreeSet<_> =
        spans.iter().flat_map(|span| &span.attributes).map(|attribute| attribute.key.as_str()).collect();
    let allowed = ["db.operation.name", "http.request.method", "http.response.status_code", "http.route", "repin.code"];
    assert_eq!(names, BTreeSet::from(allowed));
    assert!(spans.iter().all(|span| span.events.is_empty() && span.links.is_empty()));
    let resource = collector.requests()[0].resource_spans[0].resource.clone().unwrap().attributes;
    assert_eq!(attribute(&resource, "service.name"), "repin-server");
    assert_eq!(attribute(&resource, "service.version"), env!("CARGO_PKG_VERSION"));
}

#[tokio::test(flavor = "multi_thread")]
async fn opentelemetrys_own_variables_are_heeded() {
    let collector = Collector::start().await;
    let place = Place::new();
    let mut command = command(&place, &[]);
    command.envs([("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url.as_str()), ("OTEL_SERVICE_NAME", "pin-desk")]);
    let program = Starting::new(&mut command).listening().unwrap();
    program.host.create_user(USER).await;
    assert!(program.stop().0);
    let resource = collector.requests()[0].resource_spans[0].resource.clone().unwrap().attributes;
    assert_eq!(attribute(&resource, "service.name"), "pin-desk");
    assert_eq!(requests(&collector.spans()).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_refuses_costs_no_request_and_is_said_once() {
    let collector = Collector::start().await;
    collector.received.refuses.store(true, Ordering::SeqCst);
    let place = Place::new();
    let mut command = command(&place, &["--otlp-endpoint", &collector.url]);
    let program = Starting::new(command.env("OTEL_BSP_SCHEDULE_DELAY", "10")).listening().unwrap();
    let ping = || send(program.host.request("GET", "/ping"));
    until(async || {
        ping().await;
        collector.batches() >= 4
    })
    .await;
    program.host.create_user(USER).await;
    recover(&program.host).await;
    collector.received.refuses.store(false, Ordering::SeqCst);
    let refused = collector.batches();
    until(async || {
        ping().await;
        collector.batches() >= refused + 3
    })
    .await;
    let (ended_well, log) = program.stop();
    assert!(ended_well);
    let said = |words: &str| log.iter().filter(|line| line.contains(words)).count();
    assert_eq!((said("does not take them"), said("takes them again")), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_never_answers_or_is_not_there_costs_no_request() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let silent = format!("http://{}", silent.local_addr().unwrap());
    // The one takes connections and says nothing; the other is a port that nobody has.
    for endpoint in [silent.as_str(), "http://127.0.0.1:1"] {
        let place = Place::new();
        let mut command = command(&place, &["--otlp-endpoint", endpoint]);
        let program = Starting::new(command.env("OTEL_BSP_SCHEDULE_DELAY", "10")).listening().unwrap();
        program.host.create_user(USER).await;
        recover(&program.host).await;
        assert!(program.stop().0, "{endpoint}");
    }
}

#[test]
fn a_collectors_address_that_is_none_stops_the_start_and_is_not_repeated() {
    let place = Place::new();
    let mut command = command(&place, &["--otlp-endpoint", "hush hush"]);
    let said = Starting::new(&mut command).listening().err().expect("it does not start");
    assert!(said.contains("collector's address") && !said.contains("hush"), "{said}");
}
