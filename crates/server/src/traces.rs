//! Traces, for OpenTelemetry: a span for each request and for each operation of the store in it, sent to a collector where the
//! operator names one. What a span can say is a closed list (`traces/attributes.rs`), in which there is no place for anything
//! that a caller wrote; `tracestate` and baggage are not taken in for the same reason.
//!
//! Spans wait in a bounded queue and are dropped where it is full: no request waits for a collector.

use std::future::Future;
use std::path::PathBuf;
use std::time::Duration;

use axum::http::HeaderMap;
use opentelemetry::Context;
use opentelemetry::context::FutureExt;
use opentelemetry::trace::{SpanKind, Status, TraceContextExt, Tracer as _, TracerProvider as _};
use opentelemetry_otlp::{SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};
use url::Url;

mod attributes;
mod caller;
mod collector;

use attributes::Attribute;
use caller::caller;
use collector::Collector;

use crate::route::Route;
use crate::webhooks::TrustError;

/// What the service is called where the environment (`OTEL_SERVICE_NAME`) does not say.
const SERVICE: &str = "repin-server";
/// How long a stopping gateway waits for its last spans to be taken.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(3);

/// Where traces go.
#[derive(Clone)]
pub struct TracesConfig {
    /// The collector's URL for traces over OTLP/HTTP, such as `http://127.0.0.1:4318/v1/traces`.
    pub endpoint: String,
    /// A file of certificates (PEM) that the collector may be issued by, beside the public authorities.
    pub ca: Option<PathBuf>,
}

/// Traces cannot be sent as configured. Does not repeat the address, which may hold a password.
#[derive(Debug, thiserror::Error)]
pub enum TracesError {
    /// Not an address.
    #[error("the collector's address looks like http://127.0.0.1:4318")]
    Address,
    /// See there.
    #[error(transparent)]
    Trust(#[from] TrustError),
}

/// Makes spans, or none.
pub struct Traces(Option<(SdkTracerProvider, SdkTracer)>);

impl Traces {
    /// Traces to a collector, which need not be there yet; without one, none. Sampling, queue and resource follow
    /// OpenTelemetry's environment variables. Call it in the runtime.
    ///
    /// # Errors
    /// [`TracesError`].
    pub fn start(config: Option<&TracesConfig>) -> Result<Self, TracesError> {
        let Some(config) = config else { return Ok(Self(None)) };
        let url = Url::parse(&config.endpoint).map_err(|_| TracesError::Address)?;
        if !["http", "https"].contains(&url.scheme()) {
            return Err(TracesError::Address);
        }
        let collector = Collector::new(config.ca.as_deref())?;
        let exporter = SpanExporter::builder().with_http().with_http_client(collector).with_endpoint(&config.endpoint);
        let exporter = exporter.build().map_err(|_| TracesError::Address)?;
        let resource = Resource::builder().with_attribute(Attribute::Version(env!("CARGO_PKG_VERSION")).into());
        let resource = if is_named() { resource } else { resource.with_service_name(SERVICE) }.build();
        let provider = SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build();
        let tracer = provider.tracer(SERVICE);
        Ok(Self(Some((provider, tracer))))
    }

    /// The span of a request, under the caller's where a `traceparent` names one.
    pub fn request(&self, headers: &HeaderMap, method: &'static str, route: &Route) -> RequestSpan {
        RequestSpan(self.0.as_ref().map(|(_, tracer)| {
            let span = tracer.span_builder(format!("{method} {}", route.as_str())).with_kind(SpanKind::Server);
            let span = span.with_attributes([Attribute::Method(method).into(), Attribute::Route(route).into()]);
            let parent = caller(headers);
            let span = span.start_with_context(tracer, &parent);
            parent.with_span(span)
        }))
    }

    /// The span of an operation of the store, in the request that this task works for. Nothing where it works for none.
    pub fn operation(&self, operation: &'static str) -> OperationSpan {
        OperationSpan(self.0.as_ref().and_then(|(_, tracer)| {
            let parent = Context::current();
            if !parent.has_active_span() {
                return None;
            }
            let span = tracer.span_builder(operation).with_kind(SpanKind::Client);
            let span = span.with_attributes([Attribute::Operation(operation).into()]);
            let span = span.start_with_context(tracer, &parent);
            Some(parent.with_span(span))
        }))
    }

    /// Sends what is left, if the collector takes it soon.
    pub async fn close(&self) {
        let Some((provider, _)) = self.0.clone() else { return };
        // It waits for a thread of its own, which needs this runtime.
        let closed = tokio::task::spawn_blocking(move || provider.shutdown_with_timeout(CLOSE_TIMEOUT));
        let _ = closed.await;
    }
}

/// Whether the environment says what the service is called.
fn is_named() -> bool {
    let attributes = std::env::var("OTEL_RESOURCE_ATTRIBUTES").unwrap_or_default();
    std::env::var_os("OTEL_SERVICE_NAME").is_some() || attributes.contains("service.name=")
}

/// Work in a task of its own, for the request that this task works for.
pub fn carried<F: Future>(work: F) -> impl Future<Output = F::Output> {
    work.with_current_context()
}

/// A request being traced, or not.
pub struct RequestSpan(Option<Context>);

impl RequestSpan {
    /// Does the request's work.
    pub async fn around<F: Future>(&self, work: F) -> F::Output {
        within(self.0.as_ref(), work).await
    }

    /// The request was answered; the trace's id, for the log, if it is one that is sent.
    pub fn end(self, status: u16, code: i32) -> Option<String> {
        let context = self.0?;
        let span = context.span();
        span.set_attribute(Attribute::Status(status).into());
        span.set_attribute(Attribute::Code(code).into());
        if status >= 500 {
            span.set_status(Status::error(""));
        }
        span.end();
        let context = span.span_context();
        context.is_sampled().then(|| context.trace_id().to_string())
    }
}

/// An operation of the store being traced, or not.
pub struct OperationSpan(Option<Context>);

impl OperationSpan {
    /// Does the operation.
    pub async fn around<F: Future>(&self, work: F) -> F::Output {
        within(self.0.as_ref(), work).await
    }

    /// It is over.
    pub fn end(self, done: bool) {
        let Some(context) = self.0 else { return };
        if !done {
            context.span().set_status(Status::error(""));
        }
        context.span().end();
    }
}

async fn within<F: Future>(context: Option<&Context>, work: F) -> F::Output {
    match context {
        Some(context) => work.with_context(context.clone()).await,
        None => work.await,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn without_a_collector_there_are_no_spans() {
        let traces = Traces::start(None).unwrap();
        assert!(traces.0.is_none() && traces.operation("user").0.is_none());
    }
}
