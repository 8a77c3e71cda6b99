//! What the server measures of itself: how long answers take, what is open, what waits. Labels are route templates and kinds
//! of requests: nobody's address, number, id or path is in them. Served on a port of its own, or nowhere.

use crate::app::App;
use crate::open::{Connections, Places};
use crate::ports::Port;
use axum::Router;
use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use metrics::{Key, Label, Level, Metadata, Recorder as _};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle, PrometheusRecorder};
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::time::Instant;

/// Those who watch are few.
const WATCHERS_MAX: usize = 16;
/// Upper ends of what is counted together, in seconds; closest where the marks are.
const BUCKETS: [f64; 24] = [
    0.0005, 0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.015, 0.02, 0.025, 0.03, 0.04, 0.05, 0.06, 0.075, 0.1, 0.15,
    0.2, 0.3, 0.5, 1.0, 2.0, 5.0, 10.0,
];
const HTTP: &str = "heliograph_http_seconds";
const SOCKET: &str = "heliograph_socket_seconds";
const METADATA: Metadata<'static> = Metadata::new("server", Level::INFO, Some(module_path!()));

/// See the module. A recorder of one server, not of the process: tests run many.
pub(crate) struct Metrics {
    kept: Option<Kept>,
}

struct Kept {
    recorder: PrometheusRecorder,
    handle: PrometheusHandle,
}

impl Metrics {
    /// Measures nothing.
    pub(crate) fn off() -> Self {
        Self { kept: None }
    }

    /// Keeps counts until somebody asks.
    pub(crate) fn kept() -> Self {
        let mut builder = PrometheusBuilder::new();
        for name in [HTTP, SOCKET] {
            builder = builder
                .set_buckets_for_metric(Matcher::Full(name.to_owned()), &BUCKETS)
                .expect("the table of buckets is not empty");
        }
        let recorder = builder.build_recorder();
        let handle = recorder.handle();
        Self { kept: Some(Kept { recorder, handle }) }
    }

    /// A request on a socket was answered just now.
    pub(crate) fn answered_on_socket(&self, kind: &'static str, received: Instant) {
        if let Some(kept) = &self.kept {
            let labels = vec![Label::from_static_parts("kind", kind)];
            kept.recorder.register_histogram(&Key::from_parts(SOCKET, labels), &METADATA).record(received.elapsed());
        }
    }

    fn answered(&self, method: &'static str, route: String, status: StatusCode, took: Duration) {
        if let Some(kept) = &self.kept {
            let labels = vec![
                Label::from_static_parts("method", method),
                Label::new("route", route),
                Label::new("status", status.as_str().to_owned()),
            ];
            kept.recorder.register_histogram(&Key::from_parts(HTTP, labels), &METADATA).record(took);
        }
    }

    /// Sorts what came since into its buckets; without it samples would pile up where nobody asks.
    pub(crate) fn upkeep(&self) {
        if let Some(kept) = &self.kept {
            kept.handle.run_upkeep();
        }
    }

    fn exposition(&self, gauges: &[Gauge], counters: &[Counter]) -> String {
        let Some(kept) = &self.kept else { return String::new() };
        for Counter { name, label: (label, of), value } in counters {
            let key = Key::from_parts(*name, vec![Label::from_static_parts(label, of)]);
            kept.recorder.register_counter(&key, &METADATA).absolute(*value);
        }
        for Gauge { name, label: (label, of), value } in gauges {
            let key = Key::from_parts(*name, vec![Label::from_static_parts(label, of)]);
            #[allow(clippy::cast_precision_loss)]
            kept.recorder.register_gauge(&key, &METADATA).set(*value as f64);
        }
        kept.handle.render()
    }
}

/// What is read at the moment at which somebody asks.
struct Gauge {
    name: &'static str,
    label: (&'static str, &'static str),
    value: usize,
}

/// What is counted elsewhere since the start.
struct Counter {
    name: &'static str,
    label: (&'static str, &'static str),
    value: u64,
}

/// The port of the metrics, and nothing else.
pub(crate) fn port(listener: TcpListener, app: &Arc<App>) -> Port {
    Port {
        relays: None,
        listener,
        tls: None,
        router: Router::new().route("/metrics", get(expose)).with_state(app.clone()),
        connections: Connections::new(WATCHERS_MAX, WATCHERS_MAX, Vec::new()),
        refusals: Places::new(WATCHERS_MAX),
        head_within: app.config.head_within,
        read_within: app.config.read_within,
    }
}

async fn expose(State(app): State<Arc<App>>) -> Response {
    let (greetings, sockets) = app.open.sockets();
    let waiting = app.database.waiting();
    let open = |of, value| Gauge { name: "heliograph_open", label: ("what", of), value };
    let waiting_in = |of, value| Gauge { name: "heliograph_waiting", label: ("queue", of), value };
    let calls = app.calls.tally();
    let in_calls = |of, value| Gauge { name: "heliograph_calls", label: ("what", of), value };
    let packets = |way, value| Counter { name: "heliograph_call_packets_total", label: ("way", way), value };
    let (codes_sent, codes_failed) = app.codes.tally();
    let codes = |outcome, value| Counter { name: "heliograph_codes_total", label: ("outcome", outcome), value };
    let counters = [
        packets("received", calls.packets_received),
        packets("unrouted", calls.packets_unrouted),
        packets("sent", calls.packets_sent),
        packets("dropped", calls.packets_dropped),
        packets("paused", calls.packets_paused),
        packets("beyond-limits", calls.packets_beyond_limits),
        codes("sent", codes_sent),
        codes("failed", codes_failed),
        Counter { name: "heliograph_pushes_total", label: ("outcome", "unreached"), value: app.pushes.unreached() },
    ];
    let gauges = [
        in_calls("participants", calls.participants),
        in_calls("rooms", calls.rooms),
        in_calls("relays", calls.relays),
        open("connections", app.open.connections.taken()),
        open("greetings", greetings),
        open("sockets", sockets),
        waiting_in("store-writes", waiting.writes),
        waiting_in("store-reads", waiting.reads),
        waiting_in("fan-outs", app.hub.fan_outs_waiting()),
    ];
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], app.metrics.exposition(&gauges, &counters)).into_response()
}

/// What of a request's time is the server's own: from the moment at which all of it is here, without the waiting that it
/// asked for.
#[derive(Clone)]
pub(crate) struct Stopwatch(Arc<Mutex<Running>>);

struct Running {
    received: Instant,
    waited: Duration,
}

impl Stopwatch {
    fn start() -> Self {
        Self(Arc::new(Mutex::new(Running { received: Instant::now(), waited: Duration::ZERO })))
    }

    /// The body is here: what came before was the network.
    pub(crate) fn body_arrived(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).received = Instant::now();
    }

    /// Waits as the client asked, off the record.
    pub(crate) async fn while_waiting<T>(&self, waiting: impl Future<Output = T>) -> T {
        let begun = Instant::now();
        let come = waiting.await;
        self.0.lock().unwrap_or_else(PoisonError::into_inner).waited += begun.elapsed();
        come
    }

    fn read(&self) -> Duration {
        let running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        running.received.elapsed().saturating_sub(running.waited)
    }
}

impl<S: Sync> FromRequestParts<S> for Stopwatch {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_else(Self::start))
    }
}

/// Measures every route.
pub(crate) async fn measure(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    if app.metrics.kept.is_none() {
        return next.run(request).await;
    }
    let method = method(request.method());
    let route = request.extensions().get::<MatchedPath>().map_or("other", MatchedPath::as_str).to_owned();
    let stopwatch = Stopwatch::start();
    request.extensions_mut().insert(stopwatch.clone());
    let response = next.run(request).await;
    app.metrics.answered(method, route, response.status(), stopwatch.read());
    response
}

/// A method may be any word: those that have no route are counted as one.
fn method(method: &Method) -> &'static str {
    [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS]
        .iter()
        .zip(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
        .find_map(|(known, name)| (known == method).then_some(name))
        .unwrap_or("other")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn waiting_that_was_asked_for_is_not_the_servers_time() {
        let stopwatch = Stopwatch::start();
        stopwatch.while_waiting(tokio::time::sleep(Duration::from_secs(25))).await;
        assert_eq!(stopwatch.read(), Duration::ZERO);
        tokio::time::advance(Duration::from_millis(3)).await;
        assert_eq!(stopwatch.read(), Duration::from_millis(3));
    }

    #[tokio::test(start_paused = true)]
    async fn the_time_of_a_body_on_its_way_is_not_the_servers() {
        let stopwatch = Stopwatch::start();
        tokio::time::advance(Duration::from_secs(9)).await;
        stopwatch.body_arrived();
        tokio::time::advance(Duration::from_millis(3)).await;
        assert_eq!(stopwatch.read(), Duration::from_millis(3));
    }

    #[test]
    fn what_is_measured_is_told_by_route_and_kind() {
        let metrics = Metrics::kept();
        metrics.answered("GET", "/v1/blobs/{id}".to_owned(), StatusCode::OK, Duration::from_millis(4));
        metrics.answered("GET", "/v1/blobs/{id}".to_owned(), StatusCode::OK, Duration::from_millis(40));
        let gauge = Gauge { name: "heliograph_open", label: ("what", "sockets"), value: 7 };
        let counter = Counter { name: "heliograph_call_packets_total", label: ("way", "sent"), value: 9 };
        let told = metrics.exposition(&[gauge], &[counter]);
        let route = r#"method="GET",route="/v1/blobs/{id}",status="200""#;
        for line in [
            format!(r#"heliograph_http_seconds_bucket{{{route},le="0.005"}} 1"#),
            format!(r#"heliograph_http_seconds_bucket{{{route},le="+Inf"}} 2"#),
            r#"heliograph_open{what="sockets"} 7"#.to_owned(),
            r#"heliograph_call_packets_total{way="sent"} 9"#.to_owned(),
        ] {
            assert!(told.lines().any(|told| told == line), "{line}\n{told}");
        }
        assert_eq!(Metrics::off().exposition(&[], &[]), "");
    }
}
