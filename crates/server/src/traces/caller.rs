//! Whose trace a request belongs to.

use axum::http::HeaderMap;
use opentelemetry::Context;
use opentelemetry::propagation::TextMapPropagator;
use opentelemetry::trace::{SpanContext, TraceContextExt, TraceState};
use opentelemetry_http::HeaderExtractor;
use opentelemetry_sdk::propagation::TraceContextPropagator;

/// The caller's span by W3C's `traceparent`: two numbers and a flag, without the `tracestate`, in which a caller can say anything.
pub fn caller(headers: &HeaderMap) -> Context {
    let nothing = Context::new();
    let given = TraceContextPropagator::new().extract_with_context(&nothing, &HeaderExtractor(headers));
    let span = given.span().span_context().clone();
    if !span.is_valid() {
        return nothing;
    }
    let span = SpanContext::new(span.trace_id(), span.span_id(), span.trace_flags(), true, TraceState::NONE);
    nothing.with_remote_span_context(span)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn a_callers_trace_is_taken_in_and_what_else_they_say_is_not() {
        let parent = ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        let context = caller(&headers(&[parent, ("tracestate", "vendor=a-secret"), ("baggage", "pin=a-secret")]));
        let span = context.span().span_context().clone();
        assert_eq!(span.trace_id().to_string(), "0af7651916cd43dd8448eb211c80319c");
        assert_eq!((span.span_id().to_string().as_str(), span.is_sampled()), ("b7ad6b7169203331", true));
        assert_eq!(span.trace_state().header(), "");
    }

    #[test]
    fn what_is_no_traceparent_begins_a_trace_of_its_own() {
        for odd in [
            "",
            "00-0-0-01",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        ] {
            assert!(!caller(&headers(&[("traceparent", odd)])).has_active_span(), "{odd}");
        }
    }
}
