//! A collector of traces: OTLP over HTTP, as OpenTelemetry's own code reads it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use tokio::net::TcpListener;

/// What it was sent.
#[derive(Default)]
pub struct Received {
    /// Each batch as it came.
    pub bodies: Mutex<Vec<Vec<u8>>>,
    /// Whether it refuses them.
    pub refuses: AtomicBool,
}

/// A collector. It runs as long as the test.
pub struct Collector {
    /// For `--otlp-endpoint`.
    pub url: String,
    pub received: Arc<Received>,
}

impl Collector {
    /// One that takes what it gets.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let received = Arc::<Received>::default();
        let router = Router::new().route("/v1/traces", post(take)).with_state(received.clone());
        tokio::spawn(async { axum::serve(listener, router).await });
        Self { url, received }
    }

    /// How many batches came.
    pub fn batches(&self) -> usize {
        self.received.bodies.lock().unwrap().len()
    }

    /// Everything that came, to the byte.
    pub fn bytes(&self) -> Vec<u8> {
        self.received.bodies.lock().unwrap().concat()
    }

    /// Everything that came.
    pub fn requests(&self) -> Vec<ExportTraceServiceRequest> {
        let bodies = self.received.bodies.lock().unwrap();
        bodies.iter().map(|body| ExportTraceServiceRequest::decode(body.as_slice()).unwrap()).collect()
    }

    /// Every span that came.
    pub fn spans(&self) -> Vec<Span> {
        let resources = self.requests().into_iter().flat_map(|request| request.resource_spans);
        resources.flat_map(|resource| resource.scope_spans).flat_map(|scope| scope.spans).collect()
    }
}

async fn take(State(received): State<Arc<Received>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    assert_eq!(headers["content-type"], "application/x-protobuf");
    received.bodies.lock().unwrap().push(body.to_vec());
    if received.refuses.load(Ordering::SeqCst) { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK }
}

/// An attribute's value as text, or nothing.
pub fn attribute(attributes: &[KeyValue], name: &str) -> String {
    let found = attributes.iter().find(|attribute| attribute.key == name);
    match found.and_then(|attribute| attribute.value.as_ref()?.value.as_ref()) {
        Some(Value::StringValue(text)) => text.clone(),
        Some(Value::IntValue(number)) => number.to_string(),
        _ => String::new(),
    }
}
